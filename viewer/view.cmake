# softgait-view: the window. GLFW is seen in window.c alone.

pkg_check_modules(GLFW REQUIRED IMPORTED_TARGET glfw3)

add_executable(softgait-view main.c view.c keys.c mouse.c panels.c overlay.c play.c feed.c script.c window.c)
target_link_libraries(softgait-view PRIVATE sg_picture PkgConfig::GLFW ${CMAKE_DL_LIBS})
