// How the answer to a request ended: told by whoever wrote it, counted in one place
// (Transaction::end).
#pragma once

#include "base/result.hpp"

#include <cstdint>

namespace hawkcache::proxy {

// What the cache made of a response for this client. whole: also what is passed on as it came.
enum class AnswerKind : std::uint8_t { whole, not_modified, partial, unsatisfiable };

struct Answered {
  int status = 0;  // 0: nothing was answered
  AnswerKind kind = AnswerKind::whole;
  bool broken_off = false;  // the client did not get all of it
  ErrorCode failure{};      // of the client or of the origin, answered or the reason for that

  // It ends here, unless there is nothing wrong.
  void end_with(const ErrorCode& error) noexcept {
    if (!error) return;
    broken_off = true;
    failure = error;
  }
};

}  // namespace hawkcache::proxy
