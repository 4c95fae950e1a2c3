#include "shared_store/own_writes.hpp"

#include <utility>

namespace hawkcache::shared_store {

void OwnWrites::remember(const std::string& name, std::string value_header) {
  const std::lock_guard lock(mutex_);
  if (newer_.size() >= kHalf) {
    older_ = std::move(newer_);
    newer_ = {};
  }
  newer_.insert_or_assign(name, std::move(value_header));
}

std::optional<std::string> OwnWrites::header_of(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  for (const auto* half : {&newer_, &older_}) {
    if (const auto found = half->find(name); found != half->end()) return found->second;
  }
  return std::nullopt;
}

void OwnWrites::forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  newer_.erase(name);
  older_.erase(name);
}

}  // namespace hawkcache::shared_store
