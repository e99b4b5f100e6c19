# softgait-record: libEGL is opened at run time, only its headers (libegl-dev) are needed here.

find_path(SG_EGL_INCLUDE EGL/egl.h REQUIRED)
add_library(sg_record STATIC record.c episode.c headless.c video.c)
target_include_directories(sg_record PRIVATE ${SG_EGL_INCLUDE})
target_link_libraries(sg_record PUBLIC sg_picture ${CMAKE_DL_LIBS})

# the words of the command line are read by both programs with the same code
add_executable(softgait-record record_main.c ${PROJECT_SOURCE_DIR}/src/cli/args.c
               ${PROJECT_SOURCE_DIR}/src/cli/record_words.c)
target_link_libraries(softgait-record PRIVATE sg_record)
