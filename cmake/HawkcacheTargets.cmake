# hawkcache_library(<folder> SOURCES ... LINKS ...): the static library of src/<folder>, alias hawkcache::<folder>.
function(hawkcache_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(hawkcache_${name} STATIC ${ARG_SOURCES})
  add_library(hawkcache::${name} ALIAS hawkcache_${name})
  target_link_libraries(hawkcache_${name} PUBLIC hawkcache::options ${ARG_LINKS})
endfunction()

# hawkcache_test(<name> SOURCES ... LINKS ...): one GoogleTest program, registered with ctest under its name.
function(hawkcache_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE hawkcache::options ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  # What is tested is optimised; the tests themselves need not be, and compile in half the time.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# hawkcache_reads_repository(<file> ...): these tests read files of the repository, under HAWKCACHE_SOURCE_DIR. Only they
# know where it is, so that a compiler cache serves every clone with the other objects.
function(hawkcache_reads_repository)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_DEFINITIONS HAWKCACHE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endfunction()
