# hawkcache::options: what every target of ours is compiled with. System headers are exempt from the warnings.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# A compiler cache serves every clone and every branch; precompiled headers halve a build from nothing. What is compiled
# with the one is of no use to the other.
set(HAWKCACHE_PRECOMPILE OFF CACHE STRING "Compile common headers once, without a compiler cache: OFF, TESTS or ON")
set_property(CACHE HAWKCACHE_PRECOMPILE PROPERTY STRINGS OFF TESTS ON)
if(NOT HAWKCACHE_PRECOMPILE STREQUAL "ON")
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
  # Coroutine frames that a thread keeps for the next: a miss has more than Asio's two under way.
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8
  SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB FMT_SHARED)

if(HAWKCACHE_SANITIZE)
  target_compile_options(hawkcache_options INTERFACE -fsanitize=${HAWKCACHE_SANITIZE} -fno-omit-frame-pointer -g1)
  target_link_options(hawkcache_options INTERFACE -fsanitize=${HAWKCACHE_SANITIZE})
else()
  target_compile_options(hawkcache_options INTERFACE
    $<$<CONFIG:Release>:-fstack-protector-strong>)
  target_compile_definitions(hawkcache_options INTERFACE
    $<$<CONFIG:Release>:_FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS>)
endif()
