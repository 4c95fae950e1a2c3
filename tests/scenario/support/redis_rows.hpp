// The rows of "When Redis is not well" (docs/operations.md) in which a node has to do without it:
// how one Redis becomes unwell, and well again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace hawkcache::scenario {

// A Redis that is well until begin(), and again when end() returns. The thread that made it.
class UnwellRedis {
 public:
  virtual ~UnwellRedis() = default;
  virtual std::string url() const = 0;
  virtual void begin() = 0;
  virtual void end() = 0;
};

struct RedisRow {
  // Whether what it has is trusted again afterwards.
  enum class Generation : std::uint8_t { same, another };

  std::string name;
  std::function<std::unique_ptr<UnwellRedis>()> make;
  std::string counter;    // what rises, without hawkcache_redis_ and _total
  std::string said = {};  // what the log says once, for who has to mend it
  Generation generation = Generation::same;
};

inline std::ostream& operator<<(std::ostream& out, const RedisRow& row) { return out << row.name; }

const std::vector<RedisRow>& redis_rows();
// One of them, by its name.
const RedisRow& redis_row(const std::string& name);

}  // namespace hawkcache::scenario
