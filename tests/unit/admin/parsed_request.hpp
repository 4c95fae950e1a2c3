// A request as the connection code would hand it over: read by the parser that reads clients.
#pragma once

#include "http/body_framing.hpp"
#include "http/parser.hpp"
#include "http/target.hpp"
#include "net/request_handler.hpp"

#include <stdexcept>
#include <string>

namespace hawkcache::admin {

// "GET / HTTP/1.1\nHost: localhost\n": line ends are added, the empty line too.
class ParsedRequest {
 public:
  explicit ParsedRequest(std::string_view lines) {
    for (const char c : lines) text_ += c == '\n' ? std::string("\r\n") : std::string(1, c);
    text_ += "\r\n";
    if (parser_.feed(text_) != http::Feed::complete) throw std::invalid_argument(text_);
    const http::TargetDecision target = http::parse_target(parser_.head());
    if (target.error != http::TargetError::none) throw std::invalid_argument(text_);
    request_.head = &parser_.head();
    request_.target = target.target;
    request_.framing = http::decide_request_framing(parser_.head()).framing;
    request_.peer = "127.0.0.1";
  }
  ParsedRequest(const ParsedRequest&) = delete;
  ParsedRequest& operator=(const ParsedRequest&) = delete;

  const http::RequestHead& head() const { return parser_.head(); }
  const http::Target& target() const { return request_.target; }
  http::FieldsView fields() const { return head().fields(); }
  const net::Request& request() const { return request_; }

 private:
  std::string text_;
  http::RequestParser parser_{http::HeadLimits{}};
  net::Request request_;
};

}  // namespace hawkcache::admin
