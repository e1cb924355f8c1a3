// The item that a thread works on. Dispatches are one- or two-dimensional (one dimension holds 65535 workgroups), and
// threads past the last item have nothing to do.
const WORKGROUP = 64u;

fn item(workgroup: vec3u, workgroups: vec3u, local: u32) -> u32 {
  return (workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + local;
}
