// The one implementation of UpstreamExchange. Belongs to one worker's thread.
#pragma once

#include "net/body_pump.hpp"
#include "net/server_choice.hpp"
#include "net/turns.hpp"
#include "net/upstream.hpp"
#include "net/upstream_connection.hpp"
#include "net/upstream_pool_state.hpp"
#include "net/upstream_response.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::net {

class PooledExchange final : public UpstreamExchange {
 public:
  explicit PooledExchange(std::shared_ptr<UpstreamPoolState> pool);
  ~PooledExchange() override;
  PooledExchange(const PooledExchange&) = delete;
  PooledExchange& operator=(const PooledExchange&) = delete;

  Awaitable<Result<const http::ResponseHead*>> start(UpstreamRequest request) override;
  http::BodyFraming framing() const noexcept override { return response_->framing(); }
  Awaitable<Result<std::string_view>> read_body() override;
  std::optional<std::string_view> try_read_body() noexcept override;
  std::string server() const override;
  void cancel() noexcept override;
  Awaitable<void> finish() override;
  bool finish_now() noexcept override;

 private:
  // Whether all of the request is here, and may be sent a second time (RFC 9110 section 9.2.2).
  bool is_repeatable() const noexcept;
  bool may_try_again(const ErrorCode& error) const noexcept;
  std::optional<std::size_t> choose();
  // Where to go after a failure, if anywhere; and whose fault it was.
  enum class Connection : std::uint8_t { kept, fresh };
  std::optional<std::size_t> server_after(const ErrorCode& error, Connection failed);
  // The same, and lets go of the connection.
  std::optional<std::size_t> leave_for_another(const ErrorCode& error, Connection failed);
  Awaitable<ErrorCode> connect_to_any(std::size_t first);
  Awaitable<ErrorCode> connect_to(std::size_t server);
  UpstreamResponse& response();
  bool any_received() const noexcept { return response_ && response_->any_received(); }
  ErrorCode send_now();
  ErrorCode sent(const ErrorCode& error);
  ErrorCode hear(const UpstreamConnection::Read& read);
  void heard_interim();
  void await_next_head() noexcept;
  void limit_rest_of_head() noexcept;
  void received(const UpstreamConnection::Read& read) noexcept;
  void response_ended() noexcept;
  // Nothing more is wanted of the connection.
  void abandon(ErrorCode reason) noexcept;

  std::shared_ptr<UpstreamPoolState> pool_;
  std::unique_ptr<UpstreamResponse> response_;  // null before the first read
  UpstreamConnectionPtr connection_;
  std::shared_ptr<BodyPump> pump_;
  UpstreamRequest request_;
  Turns::Place place_;
  ServerChoice::Tried tried_;
  std::optional<std::size_t> asked_;  // the server, last
  enum class HeadBegun : std::uint8_t { no, yes } head_begun_ = HeadBegun::no;
  std::optional<SteadyTime> interim_until_;  // once one has come after the request's end
  bool head_complete_ = false;
  bool request_written_ = false;  // without the part that the pump sends
  bool ended_ = false;
  bool cancelled_ = false;
};

}  // namespace hawkcache::net
