// A named barrier: the origin's threads wait at it until the test opens it, and the test waits
// until somebody is held.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace hawkcache::scenario {

class Gate {
 public:
  // Waits until the gate is open (at most a generous while).
  void pass();
  // Waits until so many have arrived since the gate was made; false when patience ends.
  [[nodiscard]] bool wait_for(std::size_t arrivals = 1);
  // For all who wait and all who come later.
  void open();
  // Lets exactly one through: one who waits, or the next to come.
  void admit_one();
  // Holds those who come from now on.
  void close();
  std::size_t arrivals() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t arrivals_ = 0;
  std::size_t admitted_ = 0;
  bool open_ = false;
};

}  // namespace hawkcache::scenario
