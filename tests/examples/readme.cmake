# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The programs of the README: compiled as they stand, but for the port, which is a free one. Where Boost has
# given way to standalone Asio, that program says asio:: for boost::asio::.

add_test(NAME readme.blocks
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/readme_test.py blocks
                 ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/examples/readme)
set_tests_properties(readme.blocks PROPERTIES SKIP_RETURN_CODE 77)

function(eddy_add_readme_test host text)
  eddy_missing_example(reason example_hello_${host})
  if(reason)
    eddy_leave_out_test(readme.${host} "${reason}")
    return()
  endif()
  set(source ${PROJECT_SOURCE_DIR}/examples/readme/${host}.cc)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} program)
  string(REPLACE "8888" "0" program "${program}")
  if(host STREQUAL "asio" AND NOT EDDY_HAVE_ASIO)
    string(REPLACE "<boost/asio.hpp>" "<asio.hpp>" program "${program}")
    string(REPLACE "boost::asio::" "asio::" program "${program}")
  endif()
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/readme_${host}.cc)
  file(CONFIGURE OUTPUT ${copy} CONTENT "${program}" @ONLY)
  add_executable(readme_${host} ${copy})
  eddy_target_defaults(readme_${host})
  # What the hello example of that host is linked to is all that a program needs.
  get_target_property(libraries example_hello_${host} LINK_LIBRARIES)
  target_link_libraries(readme_${host} PRIVATE ${libraries} ${ARGN})
  add_test(NAME readme.${host}
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/readme_test.py run
                   $<TARGET_FILE:readme_${host}> ${text})
  set_tests_properties(readme.${host} PROPERTIES TIMEOUT 120)
endfunction()

if(EDDY_HAVE_QT)
  find_package(Qt6 6.2 QUIET REQUIRED COMPONENTS Widgets)
endif()
eddy_add_readme_test(native "Hello, world")
eddy_add_readme_test(qt 0 Qt6::Widgets)
eddy_add_readme_test(glib "Hello from GLib")
eddy_add_readme_test(asio "Hello from Asio")
eddy_add_readme_test(libev "Hello from libev")
