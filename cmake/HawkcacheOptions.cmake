# hawkcache::options: what every target of ours is compiled with. System headers are exempt from the warnings.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# A compiler cache serves every clone and every branch. Common headers compiled once, and files compiled several at a time, take
# less than half of a build from nothing. What is compiled with the one is of no use to the other.
set(HAWKCACHE_BATCHED OFF CACHE STRING "Compile files in batches with common headers, without a compiler cache: OFF, TESTS or ON")
set_property(CACHE HAWKCACHE_BATCHED PROPERTY STRINGS OFF TESTS ON)
# The two halves of what scripts/build-trained does: a program that counts how often each of its branches is taken, and one that
# is compiled with these counts.
set(HAWKCACHE_PROFILE OFF CACHE STRING "Guide the optimiser by a profile: OFF, RECORD or USE")
set_property(CACHE HAWKCACHE_PROFILE PROPERTY STRINGS OFF RECORD USE)
set(HAWKCACHE_PROFILE_DIRECTORY ${CMAKE_BINARY_DIR}/profile CACHE PATH "Where the profile lies")
# A compiler cache knows nothing of the counts.
if(NOT HAWKCACHE_BATCHED STREQUAL "ON" AND HAWKCACHE_PROFILE STREQUAL "OFF")
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  endif()
endif()

add_library(hawkcache_options INTERFACE)
add_library(hawkcache::options ALIAS hawkcache_options)
target_compile_options(hawkcache_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wduplicated-cond -Wimplicit-fallthrough -Wswitch
  # GCC 12 reports these two falsely out of inlined library code (optional, string).
  $<$<BOOL:${HAWKCACHE_WERROR}>:-Werror;-Wno-error=maybe-uninitialized;-Wno-error=restrict>)
target_include_directories(hawkcache_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(hawkcache_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
  # Coroutine frames, and handlers beyond the two that Asio keeps for a thread, by plain operator new: the allocator finds
  # by size what a thread gave back, however many that are; Asio looks through its own, and frees one of another size.
  BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN
  SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB FMT_SHARED)

if(HAWKCACHE_SANITIZE)
  target_compile_options(hawkcache_options INTERFACE -fsanitize=${HAWKCACHE_SANITIZE} -fno-omit-frame-pointer -g1)
  if(HAWKCACHE_SANITIZE MATCHES "undefined")
    # Two checks that double the time to compile. AddressSanitizer finds those of their errors that touch memory.
    target_compile_options(hawkcache_options INTERFACE -fno-sanitize=null,object-size)
  endif()
  if(HAWKCACHE_SANITIZE STREQUAL "thread")
    # Asio's fences, which it does not understand.
    target_compile_options(hawkcache_options INTERFACE -Wno-tsan)
  endif()
  target_link_options(hawkcache_options INTERFACE -fsanitize=${HAWKCACHE_SANITIZE})
else()
  target_compile_options(hawkcache_options INTERFACE
    $<$<CONFIG:Release>:-fstack-protector-strong>)
  target_compile_definitions(hawkcache_options INTERFACE
    $<$<CONFIG:Release>:_FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS>)
endif()

if(HAWKCACHE_PROFILE STREQUAL "RECORD")
  # The names of the counts' files are those of the objects, without the build directory.
  set(profile -O2 -fprofile-generate=${HAWKCACHE_PROFILE_DIRECTORY} -fprofile-prefix-path=${CMAKE_BINARY_DIR} -fprofile-update=prefer-atomic)
  target_compile_options(hawkcache_options INTERFACE ${profile})
  # main() writes the counts: the program does not end by way of exit().
  target_link_options(hawkcache_options INTERFACE ${profile} -Wl,-u,__gcov_dump)
elseif(HAWKCACHE_PROFILE STREQUAL "USE")
  # Across files, so that what runs one after the other also lies so in memory.
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  # What the training did not reach is compiled as without it, not for size. -O2 with a profile inlines and unrolls what is hot.
  target_compile_options(hawkcache_options INTERFACE
    -O2 -fprofile-use=${HAWKCACHE_PROFILE_DIRECTORY} -fprofile-prefix-path=${CMAKE_BINARY_DIR} -fprofile-partial-training
    -Wno-missing-profile)
elseif(NOT HAWKCACHE_PROFILE STREQUAL "OFF")
  message(FATAL_ERROR "HAWKCACHE_PROFILE is ${HAWKCACHE_PROFILE}: it must be OFF, RECORD or USE")
endif()
