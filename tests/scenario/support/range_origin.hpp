// An origin that understands ranges, for scripts: one representation, its validators, and whatever
// else it says.
#pragma once

#include "scenario/support/scenario.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

namespace hawkcache::scenario {

struct Representation {
  std::string body = "0123456789";
  Fields fields = {{"ETag", "\"v1\""}, {"Cache-Control", "max-age=60"}};

  // The whole, or the single range "bytes=a-b", "bytes=a-" or "bytes=-n" that is asked for.
  void answer(OriginExchange& exchange) const {
    const Fields& asked = exchange.request().fields;
    const bool matches = !asked.has("if-range") ||
                         asked.value("if-range") == fields.value("etag") ||
                         asked.value("if-range") == fields.value("last-modified");
    if (!asked.has("range") || !matches) {
      exchange.respond(body, fields);
      return;
    }
    const std::string range = asked.value("range").substr(6);
    const std::size_t dash = range.find('-');
    std::size_t first = 0;
    std::size_t last = body.size() - 1;
    if (dash == 0) {
      first = body.size() - std::min<std::size_t>(body.size(), std::stoul(range.substr(1)));
    } else {
      first = std::stoul(range.substr(0, dash));
      if (dash + 1 < range.size())
        last = std::min(last, std::size_t{std::stoul(range.substr(dash + 1))});
    }
    if (first >= body.size()) {
      exchange.respond("",
                       {{"Content-Range", "bytes */" + std::to_string(body.size())}},
                       "416 Range Not Satisfiable");
      return;
    }
    Fields with_range = fields;
    with_range.emplace_back("Content-Range",
                            "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                                std::to_string(body.size()));
    exchange.respond(body.substr(first, last - first + 1), with_range, "206 Partial Content");
  }
};

// One that a test changes while the origin's threads read it.
class SharedRepresentation {
 public:
  void set(Representation representation) {
    const std::scoped_lock lock(mutex_);
    now_ = std::move(representation);
  }
  void set_body(std::string body) {
    const std::scoped_lock lock(mutex_);
    now_.body = std::move(body);
  }
  void set_fields(Fields fields) {
    const std::scoped_lock lock(mutex_);
    now_.fields = std::move(fields);
  }
  void add_field(const std::string& name, const std::string& value) {
    const std::scoped_lock lock(mutex_);
    now_.fields.emplace_back(name, value);
  }
  Representation get() const {
    const std::scoped_lock lock(mutex_);
    return now_;
  }

 private:
  mutable std::mutex mutex_;
  Representation now_;
};

inline Fields range(const std::string& value) { return {{"Range", "bytes=" + value}}; }

}  // namespace hawkcache::scenario
