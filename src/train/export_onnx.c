#include "train/export.h"
SgStatus sg_export_onnx(const SgExport* job, SgError* error) { (void)job; return sg_fail(error, SG_FAIL, "no"); }
