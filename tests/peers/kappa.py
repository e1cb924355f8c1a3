"""What phono3py makes of a folder of phonolink kappa: conductivity of its force constants, of its forces, of its linewidths."""

import json
import os
import sys

import numpy as np
import phono3py
from phono3py.file_IO import read_gamma_from_hdf5

os.chdir(sys.argv[1])
mesh, temperatures = json.loads(sys.argv[2]), json.loads(sys.argv[3])
lbte = sys.argv[4] == "lbte"


def calculated(read_gamma=False, **files):
    ph3 = phono3py.load("phono3py_disp.yaml", make_r0_average=True, log_level=0, **files)
    ph3.mesh_numbers = mesh
    ph3.init_phph_interaction(average_degenerate_weights=True)
    ph3.run_thermal_conductivity(temperatures=temperatures, is_LBTE=lbte and not read_gamma, read_gamma=read_gamma)
    result = ph3.thermal_conductivity
    return {
        "kappa": np.ravel(result.kappa).tolist(),
        "gamma": np.ravel(result.gamma).tolist(),
        "frequencies": np.ravel(result.frequencies).tolist(),
        "gridPoints": np.ravel(result.grid_points).tolist(),
    }


constants = {"fc2_filename": "fc2.hdf5", "fc3_filename": "fc3.hdf5"}
answer = {
    "constants": calculated(**constants),
    "forces": calculated(forces_fc3_filename="FORCES_FC3"),
    "linewidths": calculated(read_gamma=True, **constants),
    "read": np.ravel(read_gamma_from_hdf5(mesh)[0]["gamma"]).tolist(),
}
json.dump(answer, sys.stdout)
