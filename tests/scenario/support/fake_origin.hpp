// The scripted origin: a blocking HTTP/1.1 server on the loopback, one thread per connection. A
// script sends any bytes that it likes, right or wrong. Whatever arrives is recorded. All functions
// may be called from any thread.
//
//   origin.on("/users/1", [](OriginExchange& exchange) { exchange.hold("slow");
//   exchange.respond("one"); });
#pragma once

#include "scenario/support/fields.hpp"
#include "scenario/support/gate.hpp"
#include "scenario/support/wire.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hawkcache::scenario {

struct OriginRequest {
  std::string method;
  std::string target;
  std::string version;
  Fields fields;
  std::string body;
  std::string trailers;
  std::string raw_head;
  bool whole = false;             // its body came to a proper end
  std::size_t number = 0;         // among the requests for this target, from 1
  std::size_t connection = 0;     // which connection it came on, from 1
  std::size_t on_connection = 0;  // which request of that connection it is, from 1
};

class FakeOrigin;

// One request and whatever the script makes of it. Belongs to the connection's thread.
class OriginExchange {
 public:
  const OriginRequest& request() const { return request_; }
  // False once the peer is gone.
  bool send(std::string_view bytes);
  // A whole answer with Content-Length; without the body where the request was a HEAD.
  bool respond(std::string_view body,
               const Fields& fields = {},
               std::string_view status = "200 OK");
  // Waits at the gate of that name.
  void hold(const std::string& gate);
  // Waits until the peer closes, or sends more (false).
  bool wait_until_peer_leaves();
  // For scripts that answer early: reads the rest of the request's body.
  void read_body();
  void close();
  void reset();

 private:
  friend class FakeOrigin;
  OriginExchange(FakeOrigin& origin, Wire& wire) : origin_(origin), wire_(wire) {}
  FakeOrigin& origin_;
  Wire& wire_;
  OriginRequest request_;
  BodyReader body_;
  bool ended_ = false;
};

using Script = std::function<void(OriginExchange&)>;

// "HTTP/1.1 200 OK", the fields, Content-Length and the body.
std::string ok(std::string_view body,
               const Fields& fields = {},
               std::string_view status = "200 OK");
// The same in chunks.
std::string ok_chunked(const std::vector<std::string>& pieces, const Fields& fields = {});
std::string chunk(std::string_view data);

class FakeOrigin {
 public:
  enum class Body { before_script, by_script };

  FakeOrigin();
  ~FakeOrigin();

  std::uint16_t port() const { return port_; }

  // What happens for requests of that target (with its query), or else of that path. A second call
  // replaces the first. Without any: 200 with "<target> #<number>".
  void on(const std::string& target, Script script, Body body = Body::before_script);
  void answer(const std::string& target, std::string raw);
  void otherwise(Script script);

  Gate& gate(const std::string& name);

  // What has been received, in order of arrival. Requests whose body broke off are there with
  // `whole` false.
  std::vector<OriginRequest> requests() const;
  std::vector<OriginRequest> requests(std::string_view target) const;
  OriginRequest last(std::string_view target) const;
  std::size_t count(std::string_view target) const;
  std::size_t count() const;
  // Waits for that many; false when patience ends.
  [[nodiscard]] bool wait_for_requests(std::string_view target, std::size_t number) const;
  std::size_t connections() const;

  // Bytes on every connection that waits for a request, unasked.
  void send_to_idle(std::string_view bytes);
  void close_idle();
  // Closes the listener and all connections: connecting is refused.
  void refuse();
  // Listens again, on the same port.
  void resume();
  // For good: opens all gates, and waits until no script runs any more.
  void stop();

 private:
  friend class OriginExchange;
  struct Connection {
    explicit Connection(Wire its_wire) : wire(std::move(its_wire)) {}
    Wire wire;
    std::size_t id = 0;
    std::thread thread;
    std::mutex closing;  // the wire's descriptor is closed under it
    std::atomic<bool> idle{true};
    std::atomic<bool> ended{false};
  };
  struct Rule {
    Script script;
    Body body = Body::before_script;
  };

  void listen();
  void accept_all();
  void serve(Connection& connection);
  bool serve_one(Connection& connection, std::size_t on_connection);
  Rule find_rule(const std::string& target) const;
  std::size_t record(const OriginRequest& request);
  void complete(std::size_t index, const OriginRequest& request);

  std::uint16_t port_ = 0;
  std::atomic<int> listener_{-1};
  std::thread accepting_;
  mutable std::mutex mutex_;
  std::map<std::string, Rule, std::less<>> rules_;
  Rule otherwise_;
  std::vector<OriginRequest> requests_;
  std::map<std::string, std::unique_ptr<Gate>, std::less<>> gates_;
  std::list<std::unique_ptr<Connection>> connections_;
  std::size_t accepted_ = 0;
};

}  // namespace hawkcache::scenario
