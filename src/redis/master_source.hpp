// Which masters a watch has to watch. Belongs to one worker's thread.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/asio.hpp"
#include "redis/session.hpp"

#include <memory>
#include <vector>

namespace hawkcache::redis {

class MasterSource {
 public:
  virtual ~MasterSource() = default;
  using Masters = std::vector<std::shared_ptr<Locator>>;
  // Where all of them are now; remembers it for confirm(). Never empty. Errors: store_unavailable,
  // store_timeout.
  virtual net::Awaitable<Result<Masters>> masters(Duration timeout) = 0;
  // An error: they are others than masters() said, or serve other slots, or it could not be
  // learned.
  virtual net::Awaitable<ErrorCode> confirm(Duration timeout) = 0;
};

}  // namespace hawkcache::redis
