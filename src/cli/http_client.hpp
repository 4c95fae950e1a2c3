// One HTTP exchange with the admin listener, for the commands that talk to it. Blocks; any thread.
#pragma once

#include <chrono>
#include <functional>
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

// Asked some twenty times a second while the answer is waited for: whether to wait no longer.
using Interrupted = std::function<bool()>;

// The answer, or why there is none and what to do about it; monostate where it was interrupted.
std::variant<AdminAnswer, std::string, std::monostate> ask_admin(
    const AdminQuestion& question,
    const Interrupted& interrupted,
    std::chrono::milliseconds timeout = std::chrono::seconds(10));

}  // namespace hawkcache::cli
