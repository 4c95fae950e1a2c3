// Rules whose methods, and what they ask for beside them, do not do what they look like.
#include "config/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

class MethodWarnings {
 public:
  MethodWarnings(Reader& reader, const RouteScope& scope, const RouteConfig& route)
      : reader_(reader), scope_(scope), route_(route) {}

  void run() {
    check_spelling();
    check_reading_that_purges();
    if (!check_stored_under_honor()) check_use();
    check_client_cache_control();
  }

 private:
  void warn(std::string_view key, std::string message) {
    reader_.warning(scope_.position(key), std::move(message));
  }
  bool takes(std::string_view method) const {
    return std::find(route_.methods.begin(), route_.methods.end(), method) != route_.methods.end();
  }
  bool reads() const { return takes("GET") || takes("HEAD"); }
  bool honors() const { return route_.request_cache_control == RequestCacheControl::honor; }

  void check_spelling() {
    static const std::vector<std::string> known{
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"};
    for (const std::string& method : route_.methods) {
      if (std::find(known.begin(), known.end(), method) != known.end()) continue;
      if (method == "*" || method == "ANY" || method == "ALL") {
        warn("methods",
             fmt::format("methods: {} is a method of that name here, not all of them; list those "
                         "that are meant",
                         in_quotes(method)));
        continue;
      }
      if (const auto near = closest(method, known)) {
        warn("methods",
             fmt::format("methods: {} is an unusual method; did you mean \"{}\"?",
                         in_quotes(method),
                         *near));
      }
    }
  }

  void check_reading_that_purges() {
    if (!reads() || route_.invalidates.empty()) return;
    warn("invalidates",
         "invalidates: this rule takes GET or HEAD, so reading purges; write methods: [PUT, "
         "PATCH, DELETE], unless that is meant");
  }

  // Methods whose answers are stored under `honor` alone, or only beside GET. Whether it warned.
  bool check_stored_under_honor() {
    if (!reader_.is_good(scope_.find("request_cache_control"))) return false;
    if (takes("QUERY") && !honors()) {
      warn("methods",
           "methods: QUERY is answered from the store only under request_cache_control: honor; add "
           "it, or remove QUERY");
      return true;
    }
    // A rule that merely inherits `honor` asks nothing for its POSTs.
    const bool asked = honors() && scope_.rule.find("request_cache_control");
    if (asked && takes("POST") && !takes("GET")) {
      warn("methods",
           "methods: the answer to POST is kept only where GET meets this rule; add GET, or remove "
           "request_cache_control: honor");
      return true;
    }
    return false;
  }

  // The answer to a QUERY may be stored by a rule that honours requests; to a POST only for GETs.
  void check_use() {
    const bool all_read =
        reader_.is_good(scope_.find("methods")) && reader_.is_good(scope_.find("invalidates"));
    if (reads() || takes("QUERY") || !route_.invalidates.empty() || !all_read) return;
    warn("methods",
         "methods: this rule takes neither GET nor HEAD and has no `invalidates`, so it neither "
         "caches nor purges; add GET, or `invalidates`");
  }

  // Legal as a text, because unknown directives are.
  void check_client_cache_control() {
    const auto& text = route_.client_cache_control;
    if (!text || (*text != "honor" && *text != "ignore")) return;
    warn("client_cache_control",
         fmt::format("client_cache_control: clients would get {0} as Cache-Control; did you mean "
                     "request_cache_control: {0}?",
                     *text));
  }

  Reader& reader_;
  const RouteScope& scope_;
  const RouteConfig& route_;
};

}  // namespace

void warn_about_methods(Reader& reader, const RouteScope& scope, const RouteConfig& route) {
  MethodWarnings(reader, scope, route).run();
}

}  // namespace hawkcache::config
