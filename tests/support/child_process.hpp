// A process that a test starts and ends, by its id. It dies with the thread that started it, so
// that nothing is left after a test that crashed: start it on the test's main thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hawkcache::testing_support {

class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess();  // kills it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Its standard output and error are appended to the file `log`. Inherits nothing else. Throws
  // std::runtime_error.
  void start(const std::vector<std::string>& words, const std::string& log);
  bool running();
  pid_t id() const { return id_; }
  void signal(int number) const;
  void freeze();  // SIGSTOP; it does nothing any more when this returns
  // False when it has not ended by then.
  bool wait_for_end(std::chrono::milliseconds patience);
  void kill();

 private:
  pid_t id_ = -1;
};

}  // namespace hawkcache::testing_support
