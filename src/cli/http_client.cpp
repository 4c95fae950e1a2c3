#include "cli/http_client.hpp"

#include "base/ascii.hpp"
#include "base/host.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace hawkcache::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Request = beast::http::request<beast::http::string_body>;
using Response = beast::http::response_parser<beast::http::string_body>;

constexpr std::uint64_t kMaxAnswer = 64U << 20U;
constexpr std::chrono::milliseconds kBetweenLooks{50};

Request as_request(const AdminQuestion& question) {
  constexpr unsigned kHttp11 = 11;
  Request request;
  request.version(kHttp11);
  request.method_string(question.method);
  request.target(question.path);
  request.set(beast::http::field::host, question.url.authority);
  request.set(beast::http::field::connection, "close");
  if (!question.token.empty()) {
    request.set(beast::http::field::authorization, "Bearer " + question.token);
  }
  if (question.body) {
    request.set(beast::http::field::content_type, "application/json");
    request.body() = *question.body;
  }
  request.prepare_payload();
  return request;
}

// Throws boost::system::system_error. The parameters outlive every step of it.
asio::awaitable<AdminAnswer> exchange(const AdminUrl& url, const Request& request) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const auto endpoints = co_await resolver.async_resolve(url.host, url.port, asio::use_awaitable);
  beast::tcp_stream stream(executor);
  co_await stream.async_connect(endpoints, asio::use_awaitable);
  co_await beast::http::async_write(stream, request, asio::use_awaitable);
  Response parser;
  parser.body_limit(kMaxAnswer);
  beast::flat_buffer buffer;
  co_await beast::http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return AdminAnswer{static_cast<int>(parser.get().result_int()),
                        std::move(parser.get().body())};
}

std::string what_happened(const AdminUrl& url, const boost::system::error_code& error) {
  const std::string where = "http://" + url.authority;
  if (error == asio::error::connection_refused)
    return fmt::format("nothing listens on {}: is hawkcache running?", where);
  if (error == beast::error::timeout) {
    return fmt::format("{} did not answer in time; whether the request took effect is not known.",
                       where);
  }
  if (error == beast::http::error::end_of_stream || error == asio::error::eof ||
      error == asio::error::connection_reset) {
    return fmt::format("{} closed the connection without an answer.", where);
  }
  if (error.category() == asio::error::get_netdb_category())
    return fmt::format("the host name of {} is not known: {}.", where, error.message());
  return fmt::format("no answer from {}: {}.", where, error.message());
}

std::string why(const AdminUrl& url, const boost::system::error_code& error) {
  return what_happened(url, error) +
         " Name its admin.listen with --admin URL, or the file with --config FILE";
}

}  // namespace

std::variant<AdminUrl, std::string> parse_admin_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::string_view kRemedy = "write it as http://HOST:PORT, an IPv6 address in brackets";
  if (!ascii::equals_ignoring_case(url.substr(0, kScheme.size()), kScheme)) {
    return fmt::format("\"{}\" is no admin URL: {}{}",
                       url,
                       kRemedy,
                       ascii::equals_ignoring_case(url.substr(0, 6), "https:")
                           ? " (the admin listener speaks no TLS)"
                           : "");
  }
  std::string_view authority = url.substr(kScheme.size());
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.find_first_of("/?#@") != std::string_view::npos ||
      !http::is_valid_authority(authority)) {
    return fmt::format("\"{}\" is no admin URL: {}", url, kRemedy);
  }
  const std::size_t colon = port_colon(authority);
  std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const std::string_view port = colon == std::string_view::npos ? "" : authority.substr(colon + 1);
  return AdminUrl{
      std::string(host), std::string(port.empty() ? "80" : port), std::string(authority)};
}

std::variant<AdminAnswer, std::string, std::monostate> ask_admin(
    const AdminQuestion& question,
    const Interrupted& interrupted,
    std::chrono::milliseconds timeout) {
  const Request request = as_request(question);
  auto context = std::make_unique<asio::io_context>();
  std::exception_ptr failure;
  AdminAnswer answer;
  asio::co_spawn(*context,
                 exchange(question.url, request),
                 [&](std::exception_ptr thrown, AdminAnswer received) {
                   failure = std::move(thrown);
                   answer = std::move(received);
                 });
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  while (!context->stopped()) {
    context->run_for(kBetweenLooks);
    if (context->stopped()) break;
    const bool interrupted_now = interrupted();
    if (!interrupted_now && std::chrono::steady_clock::now() < give_up) continue;
    // Its end waits for a look-up of a name that is under way, however long that takes.
    std::thread([abandoned = std::move(context)] {}).detach();
    if (interrupted_now) return std::monostate();
    return why(question.url, beast::error::timeout);
  }
  if (!failure) return answer;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return why(question.url, error.code());
  }
}

}  // namespace hawkcache::cli
