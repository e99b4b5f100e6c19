# Find MuJoCo 3.17.0 and make the target mujoco::mujoco. In this order:
#
#   MUJOCO_DIR           an archive, an install prefix or an unpacked Python wheel
#   build/mujoco-3.17.0  where scripts/setup unpacks the wheel
#   find_package(mujoco) an installed CMake package
#
# Nothing is downloaded here.

set(SG_MUJOCO_VERSION 3.17.0)
set(MUJOCO_DIR "" CACHE PATH "folder of MuJoCo ${SG_MUJOCO_VERSION}: archive, install or wheel")

set(places ${MUJOCO_DIR})
if(NOT MUJOCO_DIR)
  set(places ${PROJECT_SOURCE_DIR}/build/mujoco-${SG_MUJOCO_VERSION})
endif()
unset(SG_MUJOCO_INCLUDE CACHE)
unset(SG_MUJOCO_LIBRARY CACHE)
find_path(SG_MUJOCO_INCLUDE mujoco/mujoco.h PATHS ${places} PATH_SUFFIXES include mujoco/include
          NO_DEFAULT_PATH)
find_library(SG_MUJOCO_LIBRARY NAMES libmujoco.so.${SG_MUJOCO_VERSION} mujoco PATHS ${places}
             PATH_SUFFIXES lib lib64 mujoco NO_DEFAULT_PATH)

if(SG_MUJOCO_INCLUDE AND SG_MUJOCO_LIBRARY)
  file(STRINGS ${SG_MUJOCO_INCLUDE}/mujoco/mujoco.h line REGEX "#define mjVERSION_HEADER")
  string(REGEX REPLACE "[^0-9]*([0-9]+).*" "\\1" number "${line}")
  math(EXPR major "${number} / 1000000")
  math(EXPR minor "${number} / 1000 % 1000")
  math(EXPR patch "${number} % 1000")
  set(found ${major}.${minor}.${patch})
  add_library(mujoco::mujoco SHARED IMPORTED)
  set_target_properties(mujoco::mujoco PROPERTIES IMPORTED_LOCATION ${SG_MUJOCO_LIBRARY}
                        INTERFACE_INCLUDE_DIRECTORIES ${SG_MUJOCO_INCLUDE})
elseif(NOT MUJOCO_DIR)
  find_package(mujoco QUIET CONFIG)
  set(found ${mujoco_VERSION})
endif()

if(NOT found VERSION_EQUAL SG_MUJOCO_VERSION)
  if(NOT found)
    set(found "none")
  endif()
  message(FATAL_ERROR "softgait needs MuJoCo ${SG_MUJOCO_VERSION} and found ${found}; run "
          "scripts/setup, or point MUJOCO_DIR at MuJoCo ${SG_MUJOCO_VERSION}")
endif()
