/** Tests run from the TypeScript sources, but the kernels need their compiler: build what is out of date, once. */
export default async function setup(): Promise<void> {
  const { buildKernels } = (await import('../../scripts/build-kernels.mjs' as string)) as {
    buildKernels(): Promise<void>;
  };
  await buildKernels();
}
