#include "train/eval.h"
int sg_tmp_unused;
