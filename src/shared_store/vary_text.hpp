// Whether names that came from outside are what caching/vary makes of a Vary field. Pure.
#pragma once

#include "base/ascii.hpp"
#include "caching/stored_meta.hpp"

#include <algorithm>

namespace hawkcache::shared_store {

// Tokens in lower case, in ascending order, without repetition.
inline bool is_well_formed(const caching::VaryNames& names) noexcept {
  const auto is_name = [](const std::string& name) {
    return ascii::is_token(name) &&
           std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  };
  return std::all_of(names.begin(), names.end(), is_name) &&
         std::adjacent_find(names.begin(), names.end(), std::greater_equal<>()) == names.end();
}

}  // namespace hawkcache::shared_store
