# hawkcache_precompile(<target> library|test): its sources get the common headers of that kind precompiled. To be called once
# the target's options are set: the header is compiled with the same ones.
function(hawkcache_precompile target kind)
  if(HAWKCACHE_PRECOMPILE STREQUAL "OFF" OR (HAWKCACHE_PRECOMPILE STREQUAL "TESTS" AND kind STREQUAL "library"))
    return()
  endif()
  set(owner hawkcache_precompiled_${kind})
  if(NOT TARGET ${owner})
    set(folder ${CMAKE_SOURCE_DIR}/cmake/precompiled)
    add_library(${owner} OBJECT ${folder}/anchor.cpp)
    target_link_libraries(${owner} PRIVATE hawkcache::options)
    if(kind STREQUAL "test")
      target_link_libraries(${owner} PRIVATE GTest::gmock)
      hawkcache_unoptimised(${owner})
    endif()
    target_precompile_headers(${owner} PRIVATE ${folder}/${kind}.hpp)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
  set_target_properties(${target} ${owner} PROPERTIES CXX_COMPILER_LAUNCHER "")
  target_link_libraries(${target} PRIVATE hawkcache_asio)
endfunction()

# hawkcache_unoptimised(<target>): what is tested is optimised; the tests themselves need not be, and compile in half the
# time.
function(hawkcache_unoptimised target)
  target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-O0>)
endfunction()

# hawkcache_test_support(<name> SOURCES ... LINKS ...): a static library of what several test programs share.
function(hawkcache_test_support name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  # GoogleTest also where it is not used: the precompiled header is compiled with its options.
  target_link_libraries(${name} PUBLIC hawkcache::options ${ARG_LINKS} GTest::gmock)
  hawkcache_unoptimised(${name})
  hawkcache_precompile(${name} test)
endfunction()

# hawkcache_library(<folder> SOURCES ... LINKS ...): the static library of src/<folder>, alias hawkcache::<folder>.
function(hawkcache_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(hawkcache_${name} STATIC ${ARG_SOURCES})
  add_library(hawkcache::${name} ALIAS hawkcache_${name})
  target_link_libraries(hawkcache_${name} PUBLIC hawkcache::options ${ARG_LINKS})
  hawkcache_precompile(hawkcache_${name} library)
endfunction()

# hawkcache_test(<name> [ONE_THREAD] SOURCES ... LINKS ...): one GoogleTest program, registered with ctest under its name.
# ONE_THREAD: neither it nor what it tests starts a thread, so that ThreadSanitizer has nothing to find.
function(hawkcache_test name)
  cmake_parse_arguments(ARG "ONE_THREAD" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(ARG_ONE_THREAD AND HAWKCACHE_SANITIZE STREQUAL "thread")
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE hawkcache::options ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  hawkcache_unoptimised(${name})
  hawkcache_precompile(${name} test)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# hawkcache_reads_repository(<file> ...): these tests read files of the repository, under HAWKCACHE_SOURCE_DIR. Only they
# know where it is, so that a compiler cache serves every clone with the other objects.
function(hawkcache_reads_repository)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_DEFINITIONS HAWKCACHE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endfunction()
