// A blocking HTTP/1.1 client over one connection: sends what the test wants, reads what comes,
// whole or in pieces. Every wait is bounded. One thread.
#pragma once

#include "scenario/support/fields.hpp"
#include "scenario/support/wire.hpp"

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::scenario {

struct Response {
  int status = 0;  // 0: the connection ended, or patience did, before a whole head
  std::string version;
  Fields fields;
  std::string body;
  bool whole = false;  // the body came to its proper end
  std::vector<int> interim;
  std::vector<Fields> interim_fields;  // of each of them
  std::string trailers;

  std::string operator[](std::string_view name) const { return fields.value(name); }
  std::string x_cache() const { return fields.value("x-cache"); }
  std::string cache_status() const { return fields.value("cache-status"); }
  bool has(std::string_view name) const { return fields.has(name); }
};

// "200 HIT body" for failure messages.
std::ostream& operator<<(std::ostream& out, const Response& response);

class Client {
 public:
  explicit Client(std::uint16_t port) : wire_(Wire::connect(port)) {}

  bool is_connected() const { return wire_.is_open(); }
  bool send(std::string_view raw) { return wire_.send(raw); }
  // The next final response. `method`: what it answers.
  Response read(std::string_view method = "GET");
  // In pieces: the head, then at least so many body bytes in all, then the rest.
  Response read_head(std::string_view method = "GET");
  bool read_body(Response& response, std::size_t at_least);
  void read_rest(Response& response);

  // "METHOD target HTTP/1.1", Host: api.test unless `fields` has one, Content-Length where there is
  // a body.
  void send_request(std::string_view method,
                    std::string_view target,
                    const Fields& fields = {},
                    std::string_view body = {});
  Response request(std::string_view method,
                   std::string_view target,
                   const Fields& fields = {},
                   std::string_view body = {});
  Response get(std::string_view target, const Fields& fields = {}) {
    return request("GET", target, fields);
  }

  // Waits for the end of the connection: true when it comes without another byte.
  bool is_closed_by_peer();
  // Everything until the end of the connection.
  std::string read_all();
  void finish_sending() { wire_.shut_down_sending(); }
  void close() { wire_.close(); }
  void reset() { wire_.reset(); }
  Wire& wire() { return wire_; }

 private:
  Wire wire_;
  BodyReader body_;
};

}  // namespace hawkcache::scenario
