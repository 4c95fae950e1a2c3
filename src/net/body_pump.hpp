// Carries a request's body from its source to the upstream while the exchange waits for the
// response, which may come before the body has been sent (RFC 9110 section 15.5.14 and others).
// Shared by its coroutine and the exchange. Belongs to one worker's thread.
#pragma once

#include "net/asio.hpp"
#include "net/upstream.hpp"
#include "net/upstream_connection.hpp"

#include <memory>
#include <string_view>

namespace hawkcache::net {

class BodyPump {
 public:
  struct Timeouts {
    Duration hold{1000};       // before a body that waits for the server's 100 starts without it
    Duration idle{30000};      // for the upstream to take any bytes
    Duration response{30000};  // for its head, from the end of the request
  };
  // Starts at once, but for a body that waits for a 100: that is held. The source outlives the
  // pump's run, see wait().
  static std::shared_ptr<BodyPump> start(UpstreamConnectionPtr connection,
                                         const UpstreamRequest& request,
                                         Timeouts timeouts,
                                         Executor executor);
  BodyPump(UpstreamConnectionPtr connection,
           const UpstreamRequest& request,
           Timeouts timeouts,
           Executor executor);

  bool running() const noexcept { return running_; }
  // Whether all of the body has been handed to the kernel.
  bool completed() const noexcept { return completed_; }
  // The server's 100 has come.
  void let_go() noexcept;
  // The final response's head is there: the end of the body does not start its timeout any more,
  // and a body that is still held is not wanted.
  void head_arrived() noexcept;
  // Makes it end soon; the request stays unfinished, so the connection has to be closed.
  void stop() noexcept;
  // Until it has ended. One waiter.
  static Awaitable<void> wait(std::shared_ptr<BodyPump> pump);

 private:
  static Awaitable<void> run(std::shared_ptr<BodyPump> pump);
  static Awaitable<void> carry(std::shared_ptr<BodyPump> pump);
  Awaitable<void> hold();
  UpstreamConnection::Buffers frame(std::string_view piece) noexcept;
  void ended() noexcept;

  UpstreamConnectionPtr connection_;
  BodySource* source_;
  UpstreamRequest::BodyCoding coding_;
  Timeouts timeouts_;
  Timer end_;   // cancelled at the end, for wait()
  Timer hold_;  // cancelled when the body is let go, or not wanted
  std::array<char, 20> chunk_header_{};
  bool running_ = true;
  bool held_ = false;
  bool completed_ = false;
  bool stopped_ = false;
  bool head_awaited_ = true;
};

}  // namespace hawkcache::net
