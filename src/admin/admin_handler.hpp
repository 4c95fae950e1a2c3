// The admin listener's RequestHandler: a thin shell that decides who may ask (admin_auth), finds
// what is asked for (admin_routes), reads the body where one is due, and writes the answer.
// Everything is decided from the head before a byte of the body is read. One per connection, on the
// admin listener's worker.
#pragma once

#include "admin/admin_context.hpp"
#include "admin/admin_reply.hpp"
#include "admin/admin_routes.hpp"
#include "admin/purge_request.hpp"
#include "net/client_exchange.hpp"
#include "net/request_handler.hpp"

#include <string>
#include <variant>

namespace hawkcache::admin {

class AdminHandler final : public net::RequestHandler {
 public:
  // Both outlive the handler; `counters` are those of the worker that it lives on.
  AdminHandler(const AdminContext& context, observe::WorkerCounters& counters)
      : context_(context), counters_(counters) {}

  net::TryHandled try_handle(const net::Request& request,
                             http::Persistence persistence,
                             net::PreparedResponse& out) noexcept override;
  net::Awaitable<void> handle(net::ClientExchange& exchange) override;
  void finished(const net::Request& request,
                std::uint64_t written,
                const ErrorCode& failed) noexcept override;
  void rejected(std::uint64_t bytes) noexcept override;

 private:
  struct BodyOutcome;

  std::variant<AdminRoute, AdminReply> admit(const net::Request& request,
                                             const AdminSettings& settings) const;
  net::Awaitable<BodyOutcome> read_body(net::ClientExchange& exchange, std::size_t max);
  // The references and views outlive the calls.
  net::Awaitable<AdminReply> answer(Endpoint endpoint,
                                    const net::Request& request,
                                    std::string_view body);
  AdminReply answer_at_once(Endpoint endpoint,
                            const net::Request& request,
                            std::string_view body) const;
  AdminReply explain(const net::Request& request, std::string_view body) const;
  net::Awaitable<AdminReply> purge(PurgeDecision decision);
  AdminReply reload() const;

  const AdminContext& context_;
  observe::WorkerCounters& counters_;
};

}  // namespace hawkcache::admin
