#include "scenario/support/fake_origin.hpp"

#include "scenario/support/eventually.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hawkcache::scenario {
namespace {

BodyReader request_body(const Fields& fields) {
  if (fields.has("transfer-encoding")) return BodyReader::chunked();
  if (!fields.has("content-length")) return BodyReader::none();
  return BodyReader::of_length(std::strtoull(fields.value("content-length").c_str(), nullptr, 10));
}

OriginRequest parse_request(std::string raw) {
  OriginRequest request;
  Head head = split_head(raw);
  const std::size_t first = head.start_line.find(' ');
  const std::size_t last = head.start_line.rfind(' ');
  request.method = head.start_line.substr(0, first);
  if (first != std::string::npos && last > first) {
    request.target = head.start_line.substr(first + 1, last - first - 1);
    request.version = head.start_line.substr(last + 1);
  }
  request.fields = std::move(head.fields);
  request.raw_head = std::move(raw);
  return request;
}

}  // namespace

std::string ok(std::string_view body, const Fields& fields, std::string_view status) {
  std::string raw = "HTTP/1.1 ";
  raw.append(status).append("\r\n").append(to_lines(fields));
  raw += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return raw.append(body);
}

std::string chunk(std::string_view data) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return std::string(size).append(data).append("\r\n");
}

std::string ok_chunked(const std::vector<std::string>& pieces, const Fields& fields) {
  std::string raw = "HTTP/1.1 200 OK\r\n" + to_lines(fields) + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& piece : pieces) raw += chunk(piece);
  return raw + "0\r\n\r\n";
}

bool OriginExchange::send(std::string_view bytes) { return !ended_ && wire_.send(bytes); }

bool OriginExchange::respond(std::string_view body, const Fields& fields, std::string_view status) {
  std::string raw = ok(body, fields, status);
  if (request_.method == "HEAD") raw.resize(raw.size() - body.size());
  return send(raw);
}

void OriginExchange::hold(const std::string& gate) { origin_.gate(gate).pass(); }

bool OriginExchange::wait_until_peer_leaves() {
  return !ended_ && !wire_.receive() && !wire_.timed_out();
}

void OriginExchange::read_body() {
  while (body_.read_some(wire_, request_.body)) {
  }
  request_.trailers = body_.trailers;
  request_.whole = body_.state == BodyReader::State::complete;
}

void OriginExchange::close() { ended_ = true; }

void OriginExchange::reset() {
  ended_ = true;
  wire_.reset();
}

FakeOrigin::FakeOrigin() {
  otherwise_.script = [](OriginExchange& exchange) {
    exchange.respond(exchange.request().target + " #" + std::to_string(exchange.request().number));
  };
  listen();
}

FakeOrigin::~FakeOrigin() { stop(); }

void FakeOrigin::stop() {
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [name, gate] : gates_) gate->open();
  }
  refuse();
}

void FakeOrigin::listen() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(descriptor, 1024) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("the fake origin cannot listen");
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  listener_ = descriptor;
  accepting_ = std::thread([this] { accept_all(); });
}

void FakeOrigin::accept_all() {
  while (true) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::scoped_lock lock(mutex_);
    Connection& connection =
        *connections_.emplace_back(std::make_unique<Connection>(Wire(descriptor)));
    connection.id = ++accepted_;
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void FakeOrigin::serve(Connection& connection) {
  std::size_t number = 0;
  while (serve_one(connection, ++number)) {
  }
  const std::scoped_lock lock(connection.closing);
  connection.ended = true;
  connection.wire.close();
}

bool FakeOrigin::serve_one(Connection& connection, std::size_t on_connection) {
  connection.idle = true;
  const auto raw = connection.wire.read_head();
  connection.idle = false;
  if (!raw) return connection.wire.timed_out();
  OriginExchange exchange(*this, connection.wire);
  exchange.request_ = parse_request(*raw);
  exchange.request_.connection = connection.id;
  exchange.request_.on_connection = on_connection;
  exchange.body_ = request_body(exchange.request_.fields);
  const Rule rule = find_rule(exchange.request_.target);
  const std::size_t index = record(exchange.request_);
  {
    const std::scoped_lock lock(mutex_);
    exchange.request_.number = requests_[index].number;
  }
  if (rule.body == Body::before_script) {
    exchange.read_body();
    complete(index, exchange.request_);
    if (!exchange.request_.whole) return false;
  }
  rule.script(exchange);
  if (rule.body == Body::by_script) complete(index, exchange.request_);
  return !exchange.ended_ && connection.wire.is_open();
}

FakeOrigin::Rule FakeOrigin::find_rule(const std::string& target) const {
  const std::scoped_lock lock(mutex_);
  auto found = rules_.find(target);
  if (found == rules_.end()) found = rules_.find(target.substr(0, target.find('?')));
  return found == rules_.end() ? otherwise_ : found->second;
}

std::size_t FakeOrigin::record(const OriginRequest& request) {
  const std::scoped_lock lock(mutex_);
  const auto same =
      std::count_if(requests_.begin(), requests_.end(), [&](const OriginRequest& other) {
        return other.target == request.target;
      });
  requests_.push_back(request);
  requests_.back().number = static_cast<std::size_t>(same) + 1;
  return requests_.size() - 1;
}

void FakeOrigin::complete(std::size_t index, const OriginRequest& request) {
  const std::scoped_lock lock(mutex_);
  requests_[index] = request;
}

void FakeOrigin::on(const std::string& target, Script script, Body body) {
  const std::scoped_lock lock(mutex_);
  rules_[target] = Rule{std::move(script), body};
}

void FakeOrigin::answer(const std::string& target, std::string raw) {
  on(target, [raw = std::move(raw)](OriginExchange& exchange) {
    const bool head = exchange.request().method == "HEAD";
    exchange.send(head ? raw.substr(0, raw.find("\r\n\r\n") + 4) : raw);
  });
}

void FakeOrigin::otherwise(Script script) {
  const std::scoped_lock lock(mutex_);
  otherwise_ = Rule{std::move(script)};
}

Gate& FakeOrigin::gate(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  auto& gate = gates_[name];
  if (!gate) gate = std::make_unique<Gate>();
  return *gate;
}

std::vector<OriginRequest> FakeOrigin::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::vector<OriginRequest> FakeOrigin::requests(std::string_view target) const {
  std::vector<OriginRequest> same = requests();
  std::erase_if(same, [&](const OriginRequest& request) { return request.target != target; });
  return same;
}

OriginRequest FakeOrigin::last(std::string_view target) const {
  const auto same = requests(target);
  return same.empty() ? OriginRequest{} : same.back();
}

std::size_t FakeOrigin::count(std::string_view target) const { return requests(target).size(); }

std::size_t FakeOrigin::count() const {
  const std::scoped_lock lock(mutex_);
  return requests_.size();
}

bool FakeOrigin::wait_for_requests(std::string_view target, std::size_t number) const {
  return eventually([&] { return count(target) >= number; });
}

std::size_t FakeOrigin::connections() const {
  const std::scoped_lock lock(mutex_);
  return accepted_;
}

void FakeOrigin::send_to_idle(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  for (const auto& connection : connections_) {
    const std::scoped_lock open(connection->closing);
    if (!connection->ended && connection->idle) connection->wire.send(bytes);
  }
}

void FakeOrigin::close_idle() {
  const std::scoped_lock lock(mutex_);
  for (const auto& connection : connections_) {
    const std::scoped_lock open(connection->closing);
    if (!connection->ended && connection->idle) connection->wire.shut_down();
  }
}

void FakeOrigin::refuse() {
  if (listener_ < 0) return;
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  ::close(listener_.exchange(-1));
  std::list<std::unique_ptr<Connection>> connections;
  {
    const std::scoped_lock lock(mutex_);
    connections.swap(connections_);
  }
  for (const auto& connection : connections) {
    const std::scoped_lock open(connection->closing);
    if (!connection->ended) connection->wire.shut_down();
  }
  for (const auto& connection : connections) connection->thread.join();
}

void FakeOrigin::resume() { listen(); }

}  // namespace hawkcache::scenario
