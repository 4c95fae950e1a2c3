// The Asio vocabulary of this code base: one io_context per worker thread, concrete executors (no
// type erasure), operations that neither throw nor allocate a frame of their own.
//
//   const auto [error, size] = co_await socket.async_read_some(buffer, use_op);
//
// Rules that keep GCC 12 and Asio 1.81 honest: coroutine parameters by value, or references to what
// outlives the coroutine; no capturing lambda as a coroutine; one co_await per statement, its
// result into a named local.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace hawkcache::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>,
                                         Executor>;
inline constexpr auto use_op = asio::as_tuple(asio::deferred);

}  // namespace hawkcache::net
