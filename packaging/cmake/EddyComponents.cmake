# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Which components are built. A component is a library of Eddy's with its headers, its CMake target
# eddy::<name>, its pkg-config file and its name in find_package(Eddy COMPONENTS <name>).

set(EDDY_COMPONENTS core tls stacks web asio asio_standalone qt glib libev testing conformance)
# What each needs of the machine, by the names of EddyDependencies.cmake.
set(EDDY_COMPONENT_core threads)
set(EDDY_COMPONENT_tls tls)
set(EDDY_COMPONENT_stacks stacks)
set(EDDY_COMPONENT_web zlib pcre2)
set(EDDY_COMPONENT_asio asio)
set(EDDY_COMPONENT_asio_standalone asio_standalone)
set(EDDY_COMPONENT_qt qt)
set(EDDY_COMPONENT_glib glib)
set(EDDY_COMPONENT_libev libev)
set(EDDY_COMPONENT_testing gtest)
set(EDDY_COMPONENT_conformance gtest)
# Parts of web that can be left out, each for the one library that it needs.
set(EDDY_WEB_PARTS brotli zstd)

# Adds a folder when it has been written; the first commits of a new part need no edit here.
function(eddy_add_folder folder)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${folder})
  endif()
endfunction()

# eddy_add_component(<name> <folder>): finds what it needs, and adds its folder once (asio and
# asio_standalone share one: its CMakeLists.txt is read for each, with EDDY_COMPONENT naming it).
# A macro, so that the libraries found here are known to the tests and examples as well.
macro(eddy_add_component name folder)
  string(TOUPPER ${name} eddy_upper)
  set(EDDY_HAVE_${eddy_upper} FALSE)
  if(DEFINED EDDY_${eddy_upper})
    set(eddy_wish "${EDDY_${eddy_upper}}")
  else()
    set(eddy_wish ON) # core and web are always built
  endif()
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt AND eddy_wish)
    set(EDDY_HAVE_${eddy_upper} TRUE)
    foreach(eddy_id IN LISTS EDDY_COMPONENT_${name})
      eddy_find_dependency(${eddy_id})
      if(NOT eddy_${eddy_id}_found)
        set(EDDY_HAVE_${eddy_upper} FALSE)
        eddy_dependency_missing_text(${eddy_id} eddy_text)
        if(eddy_wish STREQUAL "AUTO")
          message(STATUS "eddy::${name} is left out: ${eddy_text}")
        elseif(DEFINED EDDY_${eddy_upper})
          message(FATAL_ERROR "EDDY_${eddy_upper} is ${eddy_wish}, but ${eddy_text}")
        else()
          message(FATAL_ERROR "eddy::${name} cannot be built: ${eddy_text}")
        endif()
      endif()
    endforeach()
    if(EDDY_HAVE_${eddy_upper})
      set(EDDY_COMPONENT ${name})
      add_subdirectory(${folder} ${PROJECT_BINARY_DIR}/components/${name})
      unset(EDDY_COMPONENT)
    endif()
  endif()
endmacro()

# eddy_add_part(<name>): sets EDDY_HAVE_<NAME> for a part of a component that has an option of its own. A macro, as above.
macro(eddy_add_part name)
  string(TOUPPER ${name} eddy_upper)
  set(EDDY_HAVE_${eddy_upper} FALSE)
  if(EDDY_${eddy_upper})
    eddy_find_dependency(${name})
    set(EDDY_HAVE_${eddy_upper} ${eddy_${name}_found})
    if(NOT EDDY_HAVE_${eddy_upper})
      eddy_dependency_missing_text(${name} eddy_text)
      if(EDDY_${eddy_upper} STREQUAL "AUTO")
        message(STATUS "${name} is left out: ${eddy_text}")
      else()
        message(FATAL_ERROR "EDDY_${eddy_upper} is ${EDDY_${eddy_upper}}, but ${eddy_text}")
      endif()
    endif()
  endif()
endmacro()
