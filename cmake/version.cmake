# The version by the tags of git, such as 0.2.0 or 0.2.0-5-gabc1234. Without tags, or before the project's version has
# got its own, that of the project.
function(femtobragg_version source project result)
  set(${result} ${project} PARENT_SCOPE)
  if(NOT EXISTS ${source}/.git)
    return()
  endif()
  execute_process(COMMAND git -C ${source} describe --tags --match v[0-9]* OUTPUT_VARIABLE described
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT described MATCHES "^v([0-9.]+)(-[0-9]+-g[0-9a-f]+)?$")
    return()
  endif()
  if(CMAKE_MATCH_1 VERSION_GREATER project)
    message(FATAL_ERROR "the last tag is v${CMAKE_MATCH_1}, but project(VERSION) in CMakeLists.txt is ${project}: raise it")
  endif()
  if(CMAKE_MATCH_1 VERSION_EQUAL project)
    set(${result} ${CMAKE_MATCH_1}${CMAKE_MATCH_2} PARENT_SCOPE)
  endif()
endfunction()
