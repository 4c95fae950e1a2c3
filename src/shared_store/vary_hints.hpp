// Which header fields selected among the variants of a key when it was last looked up: a guess that
// saves a round trip to Redis. Fixed memory; a newer key takes an older one's place. Belongs to one
// worker.
#pragma once

#include "base/hash.hpp"
#include "caching/stored_meta.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace hawkcache::shared_store {

class VaryHints {
 public:
  VaryHints() : slots_(kSlots) {}
  // Null: no Vary, or the key is not known.
  const std::shared_ptr<const caching::VaryNames>& of(const Hash128& key) const noexcept {
    static const std::shared_ptr<const caching::VaryNames> kNone;
    const Slot& slot = slots_[key.low % kSlots];
    return slot.key == key ? slot.names : kNone;
  }
  void remember(const Hash128& key, std::shared_ptr<const caching::VaryNames> names) {
    Slot& slot = slots_[key.low % kSlots];
    // Nothing is what is guessed of an unknown key anyway.
    if (!names && slot.key != key) return;
    slot = {key, std::move(names)};
  }

 private:
  static constexpr std::size_t kSlots = 16'384;
  struct Slot {
    Hash128 key{};
    std::shared_ptr<const caching::VaryNames> names;
  };
  std::vector<Slot> slots_;
};

}  // namespace hawkcache::shared_store
