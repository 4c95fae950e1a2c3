// What a reload cannot change: what listeners, threads and the store were built with. Pure; any
// thread.
#pragma once

#include "config/config.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hawkcache::server {

// One per core where the configuration says 0.
std::size_t thread_count(const config::Config& config);

// A key whose new value needs a restart: its name as in docs/configuration.md, its values as the
// file spells them. Of a Redis URL without user and password; where only these differ, both values
// are the same.
struct FixedChange {
  std::string key;
  std::string before;
  std::string after;
  bool operator==(const FixedChange&) const = default;
};

// In the order of docs/configuration.md. Empty: the new configuration can take over.
std::vector<FixedChange> changes_that_need_a_restart(const config::Config& before,
                                                     const config::Config& after);

// One line for people, with the remedy.
std::string to_string(const FixedChange& change);

}  // namespace hawkcache::server
