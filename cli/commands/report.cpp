#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <tuple>

#include "cli/commands/commands.hpp"
#include "cli/history/history.hpp"
#include "cli/output.hpp"
#include "cli/report/page.hpp"
#include "cli/report/report_data.hpp"
#include "cli/session/sarif.hpp"
#include "core/base/clock.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

struct ReportOptions {
  HistoryOptions history;
  std::string run{"latest"};
  std::string output;
  bool sarif{false};
};

Result<void> write(const ReportOptions& options, const std::string& text,
                   const Invocation& invocation) {
  if (options.output.empty() || options.output == "-") return write_stdout(text);
  TRY(write_file_atomically(invocation.cwd / options.output, text));
  std::ignore = std::fprintf(stderr, "written to %s (%s)\n", printable(options.output).c_str(),
                             human_size(text.size()).c_str());
  return {};
}

Result<void> write_sarif(const ReportOptions& options, const Invocation& invocation) {
  const auto history = TRY(need_history(options.history, invocation));
  const auto run = TRY(history->load(options.run));
  std::vector<std::string> stages;
  for (const auto& stage : run.stages) stages.push_back(stage.name);
  return write(options, TRY(findings_as_sarif(history->run_dir(run.id), stages)), invocation);
}

Result<void> make_report(const ReportOptions& options, const Invocation& invocation) {
  if (options.sarif) return write_sarif(options, invocation);
  if (options.output.empty() && !options.history.json && ::isatty(STDOUT_FILENO) == 1)
    return fail(Fault::usage, "the report is a page of HTML, which is not for a terminal",
                "say where to: --output report.html, or redirect it");
  const auto history = TRY(need_history(options.history, invocation));
  const auto run = TRY(history->load(options.run));
  const auto data = TRY(report_data(*history, run, SystemClock().wall()));
  if (options.history.json) return write(options, data + "\n", invocation);
  const auto title = fmt::format("{} #{} {}", run.request.pipeline, run.number,
                                 result_of(run, history->is_running(run.id)).word);
  return write(options, html_page(title, data), invocation);
}

}  // namespace

void add_report(CLI::App& root, Invocation& invocation) {
  auto* const command =
      root.add_subcommand("report", "Write a run as one HTML page: graph, logs, tests, trends");
  const auto options = std::make_shared<ReportOptions>();
  command->add_option("RUN", options->run, "An id or its beginning, a number, or 'latest'");
  command->add_option("-o,--output", options->output, "The file to write; default: stdout")
      ->type_name("FILE");
  command->add_flag("--sarif", options->sarif,
                    "Its findings as SARIF instead, as `baseline` of a stage reads them");
  add_history_options(*command, options->history);
  command->callback([options, &invocation] {
    const auto done = make_report(*options, invocation);
    invocation.exit_code = done ? 0 : report(done.error());
  });
}

}  // namespace pipectl::cli
