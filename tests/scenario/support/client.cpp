#include "scenario/support/client.hpp"

#include <cstdlib>
#include <utility>

namespace hawkcache::scenario {
namespace {

BodyReader body_of(const Response& response, std::string_view method) {
  if (method == "HEAD" || response.status == 204 || response.status == 304)
    return BodyReader::none();
  if (response.has("transfer-encoding")) return BodyReader::chunked();
  if (!response.has("content-length")) return BodyReader::until_close();
  return BodyReader::of_length(std::strtoull(response["content-length"].c_str(), nullptr, 10));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Response& response) {
  out << response.status << " x-cache=" << response.x_cache()
      << " cache-status=" << response.cache_status() << (response.whole ? "" : " (broken off)");
  return out << " body=" << response.body.substr(0, 200);
}

Response Client::read_head(std::string_view method) {
  Response response;
  while (const auto raw = wire_.read_head()) {
    Head head = split_head(*raw);
    const std::string& line = head.start_line;
    if (line.size() < 12 || !line.starts_with("HTTP/1.")) return response;
    response.version = line.substr(0, 8);
    const int status = std::atoi(line.c_str() + 9);
    if (status < 200 && status != 101) {
      response.interim.push_back(status);
      response.interim_fields.push_back(std::move(head.fields));
      continue;
    }
    response.status = status;
    response.fields = std::move(head.fields);
    body_ = body_of(response, method);
    response.whole = body_.state == BodyReader::State::complete;
    return response;
  }
  return response;
}

bool Client::read_body(Response& response, std::size_t at_least) {
  while (response.body.size() < at_least && body_.read_some(wire_, response.body)) {
  }
  response.whole = body_.state == BodyReader::State::complete;
  return response.body.size() >= at_least;
}

void Client::read_rest(Response& response) {
  while (body_.read_some(wire_, response.body)) {
  }
  response.whole = response.status != 0 && body_.state == BodyReader::State::complete;
  response.trailers = body_.trailers;
}

Response Client::read(std::string_view method) {
  Response response = read_head(method);
  if (response.status != 0) read_rest(response);
  return response;
}

void Client::send_request(std::string_view method,
                          std::string_view target,
                          const Fields& fields,
                          std::string_view body) {
  std::string raw(method);
  raw.append(" ").append(target).append(" HTTP/1.1\r\n");
  if (!fields.has("host")) raw += "Host: api.test\r\n";
  raw += to_lines(fields);
  if (!body.empty()) raw += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  send(raw.append("\r\n").append(body));
}

Response Client::request(std::string_view method,
                         std::string_view target,
                         const Fields& fields,
                         std::string_view body) {
  send_request(method, target, fields, body);
  return read(method);
}

bool Client::is_closed_by_peer() {
  return wire_.buffer().empty() && !wire_.receive() && !wire_.timed_out();
}

std::string Client::read_all() {
  while (wire_.receive()) {
  }
  return std::exchange(wire_.buffer(), {});
}

}  // namespace hawkcache::scenario
