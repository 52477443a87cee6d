# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The files that make find_package(Eddy COMPONENTS ...) work, for what this build made.

include(CMakePackageConfigHelpers)

get_property(EDDY_BUILT GLOBAL PROPERTY EDDY_BUILT_COMPONENTS)
set(EDDY_COMPONENT_TABLE "")
foreach(name IN LISTS EDDY_BUILT)
  get_property(requires GLOBAL PROPERTY EDDY_REQUIRES_${name})
  get_property(needs GLOBAL PROPERTY EDDY_NEEDS_${name})
  string(APPEND EDDY_COMPONENT_TABLE "set(eddy_requires_${name} ${requires})\n"
         "set(eddy_needs_${name} ${needs})\n")
endforeach()

set(eddy_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eddy)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/packaging/cmake/eddy-config.cmake.in ${PROJECT_BINARY_DIR}/eddy-config.cmake
  INSTALL_DESTINATION ${eddy_package_dir} PATH_VARS CMAKE_INSTALL_BINDIR
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change anything.
set(eddy_compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(eddy_compatibility SameMinorVersion)
endif()
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/eddy-config-version.cmake COMPATIBILITY ${eddy_compatibility})
install(
  FILES ${PROJECT_BINARY_DIR}/eddy-config.cmake ${PROJECT_BINARY_DIR}/eddy-config-version.cmake
        ${PROJECT_SOURCE_DIR}/packaging/cmake/EddyDependencies.cmake
  DESTINATION ${eddy_package_dir} COMPONENT core)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/cmake/EddyTemplates.cmake
        DESTINATION ${eddy_package_dir} COMPONENT web)
if(EDDY_HAVE_CONFORMANCE)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/cmake/EddyConformance.cmake
          DESTINATION ${eddy_package_dir} COMPONENT conformance)
endif()
