# hawkcache_batched(<target> library|test): its sources are compiled eight at a time, with the common headers of that kind
# precompiled: what each instantiates of these headers is then compiled once for eight. So what is in the unnamed namespaces of
# a folder's files needs names of its own. To be called once the target's options are set: the header is compiled with the same ones.
function(hawkcache_batched target kind)
  if(HAWKCACHE_BATCHED STREQUAL "OFF" OR (HAWKCACHE_BATCHED STREQUAL "TESTS" AND kind STREQUAL "library"))
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
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  # It takes the files of a batch for headers. What else GCC 12 sees in them and in no file alone is not there.
  target_compile_options(${target} PRIVATE
    -Wno-subobject-linkage -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
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
  hawkcache_batched(${name} test)
endfunction()

# hawkcache_library(<folder> SOURCES ... LINKS ...): the static library of src/<folder>, alias hawkcache::<folder>.
function(hawkcache_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(hawkcache_${name} STATIC ${ARG_SOURCES})
  add_library(hawkcache::${name} ALIAS hawkcache_${name})
  target_link_libraries(hawkcache_${name} PUBLIC hawkcache::options ${ARG_LINKS})
  hawkcache_batched(hawkcache_${name} library)
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
  hawkcache_batched(${name} test)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# hawkcache_reads_repository(<file> ...): these tests read files of the repository, under HAWKCACHE_SOURCE_DIR. Only they
# know where it is, so that a compiler cache serves every clone with the other objects.
function(hawkcache_reads_repository)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_DEFINITIONS HAWKCACHE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endfunction()
