#include "admin/admin_handler.hpp"

#include "admin/admin_auth.hpp"
#include "admin/admin_documents.hpp"
#include "admin/dashboard.hpp"
#include "admin/explain_request.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "observe/prometheus.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::admin {
namespace {

bool takes_body(Endpoint endpoint, const http::RequestHead& head) {
  switch (endpoint) {
    case Endpoint::purge:
    case Endpoint::purge_by_method:
      return true;
    case Endpoint::explain:
      return head.method == http::Method::post;
    default:
      return false;
  }
}

bool shows_figures(Endpoint endpoint) {
  return endpoint == Endpoint::metrics || endpoint == Endpoint::stats ||
         endpoint == Endpoint::routes;
}

bool has_body(const net::Request& request) {
  return request.framing.kind == http::BodyKind::chunked || request.framing.length > 0;
}

AdminReply too_large(std::size_t max) {
  return problem(
      413,
      fmt::format("The body is larger than {} bytes (limits.admin_body); send it in parts.", max));
}

// The answer to a body that did not come whole; an empty status where nobody is left to answer.
AdminReply broken_body(ErrorCode error, std::size_t max) {
  if (error == Errc::body_too_large) return too_large(max);
  if (error == Errc::client_timeout)
    return problem(408, "The body did not arrive in time. Nothing was done.");
  return problem(400, "The body is malformed or broke off. Nothing was done.");
}

// What was named may come from anywhere: counted, not quoted.
std::string summary_of(const store::PurgeRequest& request) {
  return fmt::format("{} tags, {} urls, {} prefixes{}{}",
                     request.tags.size(),
                     request.urls.size(),
                     request.prefixes.size(),
                     request.scope == store::PurgeRequest::Scope::everything ? ", everything" : "",
                     request.kind == store::PurgeKind::soft ? ", soft" : "");
}

AdminReply deferred_purge() {
  return problem(503,
                 "The purge is in force on this node, but is not known to have reached the shared "
                 "store; it will be handed on. Asking again is safe.");
}

}  // namespace

struct AdminHandler::BodyOutcome {
  std::string body;
  ErrorCode error;
};

net::TryHandled AdminHandler::try_handle(const net::Request& /*request*/,
                                         http::Persistence /*persistence*/,
                                         net::PreparedResponse& /*out*/) noexcept {
  return net::TryHandled::no;
}

void AdminHandler::finished(const net::Request& /*request*/,
                            std::uint64_t /*written*/,
                            const ErrorCode& /*failed*/) noexcept {}
void AdminHandler::rejected(std::uint64_t /*bytes*/) noexcept {}

std::variant<AdminRoute, AdminReply> AdminHandler::admit(const net::Request& request,
                                                         const AdminSettings& settings) const {
  const http::RequestHead& head = *request.head;
  const AdminRoute route = route_admin_request(head, request.target);
  if (!is_open_to_all(route)) {
    const Access access = check_access(head, request.target, settings.token);
    if (access != Access::granted) return refusal(access);
  }
  if (route.kind == AdminRoute::Kind::not_found) {
    return problem(404, "There is nothing at this path; GET / lists what there is.");
  }
  if (route.kind == AdminRoute::Kind::method_not_allowed) {
    const bool purges = head.method_text == "PURGE";
    return problem(
        405,
        fmt::format("This path takes {} only{}.",
                    route.allow,
                    purges ? "; to purge such a path of your API, name it in POST /v1/purge" : ""),
        fmt::format("Allow: {}\r\n", route.allow));
  }
  if (!takes_body(route.endpoint, head)) return route;
  if (request.framing.kind == http::BodyKind::length &&
      request.framing.length > settings.max_body) {
    return too_large(settings.max_body);
  }
  if (route.endpoint != Endpoint::purge_by_method && has_body(request)) {
    const auto type = check_json_body_type(head.fields());
    if (const auto* refused = std::get_if<PurgeRefusal>(&type))
      return problem(refused->status, refused->detail);
  }
  return route;
}

net::Awaitable<AdminHandler::BodyOutcome> AdminHandler::read_body(net::ClientExchange& exchange,
                                                                  std::size_t max) {
  BodyOutcome outcome;
  while (true) {
    const Result<std::string_view> piece = co_await exchange.read_body();
    if (!piece) {
      outcome.error = piece.error();
      co_return outcome;
    }
    if (piece->empty()) co_return outcome;
    if (outcome.body.size() + piece->size() > max) {
      outcome.error = Errc::body_too_large;
      co_return outcome;
    }
    outcome.body += *piece;
  }
}

net::Awaitable<void> AdminHandler::handle(net::ClientExchange& exchange) {
  const net::Request& request = exchange.request();
  const std::shared_ptr<const AdminSettings> settings = context_.settings();
  const std::variant<AdminRoute, AdminReply> admitted = admit(request, *settings);
  AdminReply reply;
  if (const auto* refused = std::get_if<AdminReply>(&admitted)) {
    reply = *refused;
  } else {
    const Endpoint endpoint = std::get<AdminRoute>(admitted).endpoint;
    BodyOutcome received;
    if (takes_body(endpoint, *request.head) && has_body(request)) {
      received = co_await read_body(exchange, settings->max_body);
    }
    if (received.error == Errc::client_gone) {
      exchange.abort(net::ClientExchange::AbortKind::close);
      co_return;
    }
    if (received.error) {
      reply = broken_body(received.error, settings->max_body);
    } else {
      reply = co_await answer(endpoint, request, received.body);
    }
  }
  // What nobody wanted to read is not read: the connection ends with the answer.
  if (has_body(request) && !exchange.body_consumed()) exchange.close_after_response();
  const std::string bytes =
      render(reply, request.head->method, exchange.persistence(), context_.clock.wall());
  const std::array<net::asio::const_buffer, 1> buffers{net::asio::buffer(bytes)};
  co_await exchange.write(buffers);
  if (!reply.note.empty()) log::info("{}", reply.note);
}

net::Awaitable<AdminReply> AdminHandler::answer(Endpoint endpoint,
                                                const net::Request& request,
                                                std::string_view body) {
  const http::FieldsView fields = request.head->fields();
  if (endpoint == Endpoint::purge || endpoint == Endpoint::purge_by_method) {
    PurgeDecision decision = endpoint == Endpoint::purge
                                 ? parse_purge_post(fields, request.target, body)
                                 : parse_purge_method(fields, request.head->target, body);
    AdminReply reply = co_await purge(std::move(decision));
    co_return reply;
  }
  if (shows_figures(endpoint)) co_await context_.until_counted();
  co_return answer_at_once(endpoint, request, body);
}

AdminReply AdminHandler::answer_at_once(Endpoint endpoint,
                                        const net::Request& request,
                                        std::string_view body) const {
  switch (endpoint) {
    case Endpoint::front_page:
      return dashboard_reply();
    case Endpoint::healthz:
      return healthz_reply();
    case Endpoint::readyz:
      return readyz_reply(context_.readiness());
    case Endpoint::metrics:
      return {.content_type = observe::kPrometheusContentType,
              .body = render_metrics(context_),
              .extra_fields = {}};
    case Endpoint::stats:
      return {.body = render_stats(context_), .extra_fields = {}};
    case Endpoint::routes:
      return {.body = render_routes(*context_.router(), context_.counters), .extra_fields = {}};
    case Endpoint::explain:
      return explain(request, body);
    case Endpoint::purge:
    case Endpoint::purge_by_method:
      break;
    case Endpoint::reload:
      return reload();
    case Endpoint::schema:
      return {
          .content_type = "application/schema+json", .body = context_.schema(), .extra_fields = {}};
  }
  return problem(404, "There is nothing at this path.");
}

AdminReply AdminHandler::explain(const net::Request& request, std::string_view body) const {
  const auto question = request.head->method == http::Method::post
                            ? parse_explain_body(body)
                            : parse_explain_query(request.target.query);
  if (const auto* refused = std::get_if<ExplainRefusal>(&question))
    return problem(400, refused->detail);
  const auto router = context_.router();
  const auto explanation = explain_request(std::get<ExplainRequest>(question), *router);
  if (const auto* refused = std::get_if<ExplainRefusal>(&explanation))
    return problem(400, refused->detail);
  return {.body = proxy::to_json(std::get<proxy::Explanation>(explanation)) + "\n",
          .extra_fields = {}};
}

net::Awaitable<AdminReply> AdminHandler::purge(PurgeDecision decision) {
  if (const auto* refused = std::get_if<PurgeRefusal>(&decision)) {
    co_return problem(refused->status, refused->detail);
  }
  auto& request = std::get<store::PurgeRequest>(decision);
  const std::string summary = summary_of(request);
  const auto purged = co_await context_.store.purge(std::move(request), context_.clock.wall());
  counters_.add(observe::Counter::purges);
  if (purged.has_error()) {
    counters_.add(observe::Counter::purges_deferred);
    log::warn(
        "purge: {}: in force on this node, to be handed on: {}", summary, purged.error().message());
    co_return deferred_purge();
  }
  AdminReply reply = purge_reply(*purged);
  reply.note =
      fmt::format("purge: {}: {} responses{}",
                  summary,
                  purged->count,
                  purged->accuracy == store::Purged::Accuracy::estimate ? " (an estimate)" : "");
  co_return reply;
}

AdminReply AdminHandler::reload() const {
  const ReloadReport report = context_.reload();
  log_reload(report);
  return reload_reply(report);
}

}  // namespace hawkcache::admin
