// A client's exchange of memory: no socket, no connection.
#pragma once

#include "net/client_exchange.hpp"

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hawkcache::net::test {

// A client that sends its body in pieces and takes what is written.
class MemoryExchange final : public ClientExchange {
 public:
  MemoryExchange(asio::io_context& context, const Request& request, std::deque<std::string> body)
      : context_(context), request_(request), body_(std::move(body)) {}

  const Request& request() const noexcept override { return request_; }
  Executor executor() noexcept override { return context_.get_executor(); }
  http::Persistence persistence() noexcept override { return persistence_; }
  void close_after_response() noexcept override { persistence_ = http::Persistence::close; }
  Awaitable<Result<std::string_view>> read_body() override {
    if (body_error && body_.empty()) co_return body_error;
    piece_.clear();
    if (!body_.empty()) {
      piece_ = std::move(body_.front());
      body_.pop_front();
      read += piece_.size();
    } else {
      consumed_ = true;
    }
    co_return std::string_view(piece_);
  }
  std::optional<std::string_view> take_buffered_body() noexcept override { return std::nullopt; }
  bool body_consumed() const noexcept override { return consumed_; }
  void cancel_read() noexcept override {}
  bool awaits_continue() const noexcept override { return false; }
  void write_interim(int /*status*/, std::string_view /*head*/) override {}
  ErrorCode write_now(std::span<const asio::const_buffer> buffers) override {
    for (const auto& buffer : buffers)
      written.append(static_cast<const char*>(buffer.data()), buffer.size());
    return {};
  }
  Awaitable<ErrorCode> write(std::span<const asio::const_buffer> buffers) override {
    write_now(buffers);
    co_return ErrorCode{};
  }
  bool response_started() const noexcept override { return !written.empty(); }
  std::uint64_t bytes_written() const noexcept override { return written.size(); }
  void abort(AbortKind /*kind*/) noexcept override { aborted = true; }

  std::string written;
  std::size_t read = 0;
  bool aborted = false;
  ErrorCode body_error;

 private:
  asio::io_context& context_;
  const Request& request_;
  std::deque<std::string> body_;
  std::string piece_;
  bool consumed_ = false;
  http::Persistence persistence_ = http::Persistence::keep_alive;
};

}  // namespace hawkcache::net::test
