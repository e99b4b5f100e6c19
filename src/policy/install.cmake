# The runtime as others get it: header, static and shared library with hidden symbols, pkg-config file
# and CMake package.   cmake --install build/release --prefix /usr/local --component policy

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(here ${CMAKE_CURRENT_LIST_DIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/SoftgaitPolicy)

file(GLOB sources CONFIGURE_DEPENDS ${here}/*.c)
add_library(sg_policy_objects OBJECT ${sources})
target_include_directories(sg_policy_objects PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(sg_policy_objects PRIVATE SG_POLICY_EXPORT)
set_target_properties(sg_policy_objects PROPERTIES C_STANDARD 99 POSITION_INDEPENDENT_CODE ON)

add_library(sg_policy_shared SHARED $<TARGET_OBJECTS:sg_policy_objects>)
set_target_properties(sg_policy_shared PROPERTIES OUTPUT_NAME softgait_policy EXPORT_NAME policy
                      VERSION ${PROJECT_VERSION} SOVERSION 0)

# the static one is a single object in which hidden symbols have become local
set(whole ${CMAKE_CURRENT_BINARY_DIR}/softgait_policy.o)
add_custom_command(OUTPUT ${whole} DEPENDS sg_policy_objects $<TARGET_OBJECTS:sg_policy_objects>
                   COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${whole} $<TARGET_OBJECTS:sg_policy_objects>
                   COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${whole}
                   COMMAND_EXPAND_LISTS VERBATIM)
add_library(sg_policy_static STATIC ${whole})
set_target_properties(sg_policy_static PROPERTIES OUTPUT_NAME softgait_policy
                      EXPORT_NAME policy_static LINKER_LANGUAGE C)

foreach(library sg_policy_shared sg_policy_static)
  target_include_directories(${library} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
install(TARGETS sg_policy_shared sg_policy_static EXPORT SoftgaitPolicy COMPONENT policy)
install(FILES ${here}/policy.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/softgait COMPONENT policy)
install(EXPORT SoftgaitPolicy NAMESPACE softgait:: DESTINATION ${package} COMPONENT policy
        FILE SoftgaitPolicyConfig.cmake)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/SoftgaitPolicyConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${here}/softgait-policy.pc.in ${CMAKE_CURRENT_BINARY_DIR}/softgait-policy.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/SoftgaitPolicyConfigVersion.cmake DESTINATION ${package}
        COMPONENT policy)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/softgait-policy.pc COMPONENT policy
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
