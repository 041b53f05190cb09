// What ends the program from outside.
#pragma once

#include <stop_token>

namespace femtobragg::programs {

/// From now on SIGINT, SIGTERM and SIGHUP remove what is unfinished and end the program with status 128 + signal,
/// unless they are ignored already. Before any other thread starts.
void end_tidily_on_signals();

/// While it exists, the first of these signals only asks for an end, and the next one ends the program. One at a time.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  int signal() const;  ///< that came; 0: none

 private:
  std::stop_source source_;
};

}  // namespace femtobragg::programs
