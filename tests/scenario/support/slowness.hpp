// How much longer than usual things take on this machine at the moment.
#pragma once

#include <algorithm>
#include <cmath>
#include <thread>

#include <stdlib.h>

namespace hawkcache::scenario {

// What is promised within so many seconds is promised by a machine that has time for it: 1 on one
// that has nothing else to do, more where many wait for its processors.
inline int slowness() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr int kSanitizers = 4;
#else
  constexpr int kSanitizers = 1;
#endif
  double waiting = 0;
  ::getloadavg(&waiting, 1);
  const double processors = std::max(1U, std::thread::hardware_concurrency());
  return kSanitizers * std::max(1, static_cast<int>(std::ceil(waiting / processors)));
}

}  // namespace hawkcache::scenario
