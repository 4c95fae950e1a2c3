// One HTTP exchange with the admin listener, for the commands that talk to it. Blocks; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::cli {

struct AdminUrl {
  std::string host;  // without brackets
  std::string port;
  std::string authority;  // as Host carries it
};

// http://HOST[:PORT][/]; or what is wrong with it.
std::variant<AdminUrl, std::string> parse_admin_url(std::string_view url);

struct AdminQuestion {
  AdminUrl url;
  std::string token;  // empty: none
  std::string method = "GET";
  std::string path;
  std::optional<std::string> body;  // JSON
};

struct AdminAnswer {
  int status = 0;
  std::string body;
};

// The answer, or why there is none and what to do about it.
std::variant<AdminAnswer, std::string> ask_admin(
    const AdminQuestion& question, std::chrono::milliseconds timeout = std::chrono::seconds(10));

}  // namespace hawkcache::cli
