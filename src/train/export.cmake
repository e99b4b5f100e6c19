# What the exporters are made of beside their own files: the fixed part of an exported C file as a string,
# and the messages of ONNX from Debian's onnx.proto.

set(made ${CMAKE_BINARY_DIR}/export)
set(step ${PROJECT_SOURCE_DIR}/src/train/export_step.c.in)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${step})
file(READ ${step} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(CONFIGURE OUTPUT ${made}/train/export_step.h CONTENT "\"@text@\"\n" @ONLY)

find_program(PROTOC_C protoc-c)
find_file(ONNX_PROTO onnx.proto PATH_SUFFIXES include/onnx onnx)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
if(NOT PROTOC_C OR NOT ONNX_PROTO)
  message(FATAL_ERROR "protobuf-c-compiler and libonnx-dev are missing: scripts/setup installs them")
endif()
get_filename_component(folder ${ONNX_PROTO} DIRECTORY)
add_custom_command(OUTPUT ${made}/onnx.pb-c.c ${made}/onnx.pb-c.h DEPENDS ${ONNX_PROTO}
                   COMMAND ${PROTOC_C} --c_out=${made} -I${folder} ${ONNX_PROTO} VERBATIM)
add_library(sg_onnx_proto STATIC ${made}/onnx.pb-c.c)
target_compile_options(sg_onnx_proto PRIVATE -w)  # it is generated
target_include_directories(sg_onnx_proto SYSTEM PUBLIC ${made})
target_link_libraries(sg_onnx_proto PUBLIC PkgConfig::PROTOBUF_C)

target_include_directories(sg_train PRIVATE ${made})
target_link_libraries(sg_train PRIVATE sg_onnx_proto)
