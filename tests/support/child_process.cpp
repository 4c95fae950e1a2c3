#include "support/child_process.hpp"

#include "support/within.hpp"

#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hawkcache::testing_support {
namespace {

// Between fork and exec of a program with threads: system calls only.
[[noreturn]] void become(char* const* words, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  // A socket of the test that lived on in the child would never be seen to close.
  ::close_range(3, ~0U, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvp(words[0], words);
  ::_exit(127);
}

}  // namespace

ChildProcess::~ChildProcess() { kill(); }

void ChildProcess::start(const std::vector<std::string>& words, const std::string& log) {
  if (running()) throw std::logic_error("it runs already");
  std::vector<std::string> owned = words;
  std::vector<char*> pointers;
  for (std::string& word : owned) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int descriptor = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::runtime_error("cannot write " + log);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(pointers.data(), descriptor, parent);
  ::close(descriptor);
  if (child < 0) throw std::runtime_error("cannot start " + words.front());
  id_ = child;
}

bool ChildProcess::running() {
  if (id_ < 0) return false;
  if (::waitpid(id_, nullptr, WNOHANG) == 0) return true;
  id_ = -1;
  return false;
}

void ChildProcess::signal(int number) const {
  if (id_ >= 0) ::kill(id_, number);
}

void ChildProcess::freeze() {
  if (!running()) return;
  signal(SIGSTOP);
  int status = 0;
  if (::waitpid(id_, &status, WUNTRACED) == id_ && !WIFSTOPPED(status)) id_ = -1;
}

bool ChildProcess::wait_for_end(std::chrono::milliseconds patience) {
  return within(patience, [this] { return !running(); });
}

void ChildProcess::kill() {
  if (!running()) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
  id_ = -1;
}

}  // namespace hawkcache::testing_support
