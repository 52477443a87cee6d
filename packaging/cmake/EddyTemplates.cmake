# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   eddy_target_templates(<target> FILES index.html admin/user.html ...
#     [ROOT <folder>]        # where FILES and all that they extend and include lie; default: templates
#     [NAMESPACE <name>]     # of the types; default: templates
#     [AUTOESCAPE <name>]    # the function of {{ }}, or None; default: xhtml_escape
#     [WHITESPACE <mode>]    # all, single or oneline; default: by the file's extension
#     [WATCH])               # for who develops: see below
#
# Compiles templates into <target>: templates/admin/user.html becomes the type templates::admin::User of the header
# "templates/admin/user.html.h", whose path begins with the last part of ROOT. The target is of the same CMakeLists.txt
# and links eddy::web. What is only extended or included need not be listed; when it changes, what uses it is made anew
# (Ninja and Make).
#
# WATCH has a program that runs with Settings::debug build itself when a file below ROOT changes or is added, by
# `cmake --build` of the folder that it was built in, and its pages load anew. It writes both folders into the program: not for what others
# are given. The target is an executable.
#
# EDDY_TEMPLATE, if it is set, is the eddy-template to run: one for the machine that builds, where that is another
# than the program is for. docs/guide/templates.md tells the rest.

cmake_policy(PUSH)
cmake_policy(VERSION 3.23)

# The program to run, and what has to be built before: eddy_find_template_compiler(command dependency)
function(eddy_find_template_compiler command dependency)
  set(${dependency} "" PARENT_SCOPE)
  if(EDDY_TEMPLATE)
    set(${command} "${EDDY_TEMPLATE}" PARENT_SCOPE)
    # Only the name of a program is found in PATH, which is no file of the build.
    if(IS_ABSOLUTE "${EDDY_TEMPLATE}")
      set(${dependency} "${EDDY_TEMPLATE}" PARENT_SCOPE)
    endif()
    return()
  endif()
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    message(FATAL_ERROR "eddy_target_templates() runs eddy-template, and this build is for another machine: "
                        "set EDDY_TEMPLATE to an eddy-template for this one")
  endif()
  if(NOT TARGET eddy::eddy-template)
    message(FATAL_ERROR "eddy_target_templates() runs eddy-template, which this Eddy was installed without: "
                        "set EDDY_TEMPLATE to one")
  endif()
  set(${command} eddy::eddy-template PARENT_SCOPE)
  set(${dependency} eddy::eddy-template PARENT_SCOPE)
endfunction()

function(eddy_target_templates target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WATCH" "ROOT;NAMESPACE;AUTOESCAPE;WHITESPACE" "FILES")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES OR NOT arg_FILES)
    message(FATAL_ERROR "eddy_target_templates(${target}): unknown or incomplete arguments "
                        "${arg_UNPARSED_ARGUMENTS} ${arg_KEYWORDS_MISSING_VALUES}; FILES are needed")
  endif()
  get_target_property(target_folder ${target} SOURCE_DIR)
  if(NOT target_folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "eddy_target_templates(${target}): call it in ${target_folder}, where the target was added: "
                        "elsewhere nothing would make its sources")
  endif()
  if(NOT arg_ROOT)
    set(arg_ROOT templates)
  endif()
  if(NOT arg_NAMESPACE)
    set(arg_NAMESPACE templates)
  endif()
  set(options --namespace=${arg_NAMESPACE})
  if(arg_AUTOESCAPE)
    list(APPEND options --autoescape=${arg_AUTOESCAPE})
  endif()
  if(arg_WHITESPACE)
    list(APPEND options --whitespace=${arg_WHITESPACE})
  endif()
  get_filename_component(root "${arg_ROOT}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  get_filename_component(folder "${root}" NAME)
  set(include_dir ${CMAKE_CURRENT_BINARY_DIR}/eddy_templates/${target})
  set(out ${include_dir}/${folder})

  eddy_find_template_compiler(command dependency)
  foreach(file IN LISTS arg_FILES)
    # CMake, Ninja and Make read these as their own, each in its way, and none tells whose name has them.
    if(file MATCHES "[][\\#<>;$\"\n]")
      message(FATAL_ERROR "eddy_target_templates(${target}): ${root}/${file} needs another name: build tools do not take "
                          "[ ] \\ # < > ; $ \" or a line end in one")
    endif()
    if(NOT EXISTS "${root}/${file}")
      message(FATAL_ERROR "eddy_target_templates(${target}): there is no ${root}/${file}")
    endif()
    # The header keeps its time when it stays as it was, so that what includes it is not compiled again. Its folder
    # is made here, as Make writes depfiles into it.
    get_filename_component(sub_folder "${out}/${file}" DIRECTORY)
    file(MAKE_DIRECTORY ${sub_folder})
    add_custom_command(
      OUTPUT ${out}/${file}.cc
      BYPRODUCTS ${out}/${file}.h
      COMMAND ${command} --root=${root} --out=${out} --include=${folder} --depfile=${out}/${file}.d ${options}
              ${file}
      DEPENDS ${root}/${file} ${dependency}
      DEPFILE ${out}/${file}.d
      COMMENT "Compiling template ${folder}/${file}"
      VERBATIM)
    target_sources(${target} PRIVATE ${out}/${file}.cc)
  endforeach()
  target_include_directories(${target} PRIVATE ${include_dir})
  if(arg_WATCH)
    eddy_watch_templates(${target} "${root}")
  endif()
endfunction()

# The source that tells a program where its templates lie, and how it is built.
function(eddy_watch_templates target root)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "EXECUTABLE")
    message(FATAL_ERROR "eddy_target_templates(${target} ... WATCH): ${target} is no executable; nothing would link the "
                        "program that its templates are a part of")
  endif()
  # One for each call of a target.
  get_target_property(number ${target} EDDY_WATCHES)
  if(NOT number)
    set(number 0)
  endif()
  math(EXPR number "${number} + 1")
  set_target_properties(${target} PROPERTIES EDDY_WATCHES ${number})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/eddy_templates/${target}/eddy_watch_${number})
  set(build "")
  foreach(argument IN ITEMS "${CMAKE_COMMAND}" --build "${CMAKE_BINARY_DIR}" --target ${target})
    string(APPEND build "    R\"eddy(${argument})eddy\",\n")
  endforeach()
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(multi_config)
    string(APPEND build "    \"--config\", \"$<CONFIG>\",\n")
    string(APPEND source _$<CONFIG>)
  endif()
  string(APPEND source .cc)
  file(GENERATE OUTPUT ${source} CONTENT "// Made by eddy_target_templates(); what is changed here is lost.
#include <eddy/web/template/template_watch.h>

namespace {
const char* const build_${number}[] = {
${build}};
const eddy::web::TemplateWatch watch_${number}(R\"eddy(${root})eddy\", build_${number});
}  // namespace
")
  target_sources(${target} PRIVATE ${source})
endfunction()

cmake_policy(POP)
