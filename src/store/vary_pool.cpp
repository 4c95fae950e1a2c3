#include "store/vary_pool.hpp"

#include "store/footprint.hpp"

#include <map>
#include <mutex>

namespace hawkcache::store {
namespace {

struct Pool {
  std::mutex mutex;
  std::map<caching::VaryNames, std::weak_ptr<const caching::VaryNames>> lists;
};

// Never destroyed: whoever holds a list may be the last thing to go.
Pool& pool() {
  static Pool& only = *new Pool;
  return only;
}

struct Forget {
  void operator()(const caching::VaryNames* names) const noexcept {
    {
      const std::lock_guard lock(pool().mutex);
      const auto found = pool().lists.find(*names);
      // Another may have taken its place since the last holder went.
      if (found != pool().lists.end() && found->second.expired()) pool().lists.erase(found);
    }
    delete names;
  }
};

}  // namespace

std::shared_ptr<const caching::VaryNames> pooled(
    const std::shared_ptr<const caching::VaryNames>& names) {
  if (!names) return nullptr;
  {
    const std::lock_guard lock(pool().mutex);
    const auto found = pool().lists.find(*names);
    if (found != pool().lists.end()) {
      if (auto known = found->second.lock()) return known;
    }
  }
  // Made and, where another was quicker, given up without the lock: Forget takes it.
  std::shared_ptr<const caching::VaryNames> made(new caching::VaryNames(*names), Forget{});
  const std::lock_guard lock(pool().mutex);
  std::weak_ptr<const caching::VaryNames>& place = pool().lists[*names];
  if (auto known = place.lock()) return known;
  place = made;
  return made;
}

std::size_t footprint_of(const caching::VaryNames& names) noexcept {
  constexpr std::size_t kNode = 96;    // of the map
  constexpr std::size_t kCounts = 40;  // of the shared pointer
  std::size_t list = heap_footprint(names.size() * sizeof(std::string));
  for (const std::string& name : names) list += heap_footprint(name);
  return 2 * list + heap_footprint(kNode) + heap_footprint(kCounts) +
         heap_footprint(sizeof(caching::VaryNames));
}

}  // namespace hawkcache::store
