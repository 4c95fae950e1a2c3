// The names in Vary, kept once for all stored responses that have the same: they repeat with every
// response of a route. Thread-safe; a list goes when the last response that has it goes.
#pragma once

#include "caching/stored_meta.hpp"

#include <memory>

namespace hawkcache::store {

// The same names, shared; null stays null.
std::shared_ptr<const caching::VaryNames> pooled(
    const std::shared_ptr<const caching::VaryNames>& names);

// What one list takes. Whoever is its only holder (use_count() 1) pays for it.
std::size_t footprint_of(const caching::VaryNames& names) noexcept;

}  // namespace hawkcache::store
