#include "stages/tool_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/exec/line_output.hpp"
#include "core/store/find_files.hpp"
#include "core/store/names.hpp"
#include "stages/report_folder.hpp"
#include "stages/report_output.hpp"
#include "stages/template_key.hpp"
#include "stages/tools/way_to.hpp"

namespace pipectl::stages {
namespace {

namespace fs = std::filesystem;

bool has_wildcard(std::string_view text) { return text.find_first_of("*?[{") != text.npos; }

/// What a shell would make of `**/*.sh`.
Result<std::vector<std::string>> expanded(const std::string& pattern, const StageContext& context) {
  auto parsed = store::parse_patterns({pattern});
  if (!parsed) return fail(Fault::step, parsed.error().message, parsed.error().hint);
  const auto found = TRY(store::find_files(
      {context.directory, context.workspace, std::move(*parsed), {}}, context.cancel));
  std::vector<std::string> paths;
  for (const auto& file : found.files)
    if (file.kind == store::FoundFile::Kind::file && !file.path.starts_with(reports_folder))
      paths.push_back("./" + file.path);
  if (paths.empty())
    return fail(Fault::step, fmt::format("no file matches '{}'", printable(pattern)),
                "give the files with `args`");
  return paths;
}

std::string headline(const std::vector<std::string>& argv) {
  std::string line = "$";
  for (const auto& word : argv) line += " " + shell_quoted(word);
  constexpr std::size_t longest = 300;
  return line.size() > longest ? line.substr(0, longest) + " …" : line;
}

/// Full names end with these: some tools put the suite before the name, with a space between.
std::string pattern_of(const std::vector<std::string>& tests) {
  std::string names;
  for (const std::string_view test : tests) {
    if (!names.empty()) names += '|';
    for (const char c : test.substr(test.find('\t') + 1)) {
      if (std::string_view{"\\^$.|?*+()[]{}"}.find(c) != std::string_view::npos) names += '\\';
      names += c;
    }
  }
  return fmt::format("(^| )({})$", names);
}

}  // namespace

std::string ToolStage::filled_in(std::string_view text, const fs::path& folder) const {
  std::string filled(text);
  const auto replace = [&](const std::string& placeholder, const std::string& value) {
    for (auto at = filled.find(placeholder); at != std::string::npos;
         at = filled.find(placeholder, at + value.size()))
      filled.replace(at, placeholder.size(), value);
  };
  for (const auto& report : preset_.reports)
    replace(fmt::format("{{{}}}", report.format), (folder / report.file).string());
  replace("{dir}", folder.string());
  return filled;
}

Result<std::vector<std::string>> ToolStage::arguments(StageContext& context) const {
  std::vector<std::string> given;
  for (const auto& arg : args_) given.push_back(TRY(arg.evaluate(context.scope)));
  if (args_.empty()) given.assign(preset_.args.begin(), preset_.args.end());
  if (preset_.globs == ToolPreset::Globs::keep) return given;
  std::vector<std::string> all;
  for (const auto& arg : given) {
    if (!has_wildcard(arg)) {
      all.push_back(arg);
      continue;
    }
    for (auto& path : TRY(expanded(arg, context))) all.push_back(std::move(path));
  }
  return all;
}

Result<StageCommand> ToolStage::command(const std::vector<std::string_view>& words,
                                        const fs::path& folder, StageContext& context) const {
  StageCommand command;
  auto args = TRY(arguments(context));
  bool placed = false;
  const auto place = [&] {
    std::ranges::move(args, std::back_inserter(command.argv));
    placed = true;
  };
  for (const auto word : words) {
    if (word == "{args}")
      place();
    else
      command.argv.push_back(filled_in(word, folder));
  }
  if (!placed) place();
  for (const auto& [name, value] : preset_.env)
    command.env.insert_or_assign(std::string(name), filled_in(value, folder));
  return command;
}

Outcome ToolStage::judged(const CommandEnd& end, const LastWords& words) const {
  Outcome outcome = outcome_of(end);
  const bool found = outcome.status == Status::failed && outcome.exit_code &&
                     std::ranges::find(preset_.found, *outcome.exit_code) != preset_.found.end();
  if (!found) return outcome;
  Outcome ran;
  ran.exit_code = outcome.exit_code;
  ran.reason = words.text();  // counts when the reports hold nothing
  return ran;
}

Result<Outcome> ToolStage::run_tool(const StageCommand& command, StageContext& context,
                                    const LastWords& words) const {
  context.emit.note(headline(command.argv));
  auto end = run_command(context, command);
  if (!end && end.error().fault == Fault::step)
    end.error().hint = fmt::format("{} can be had with: {}", preset_.name, way_to(preset_));
  if (!end) return tl::unexpected(end.error());
  return judged(*end, words);
}

Result<Outcome> ToolStage::run_all(StageContext& context) const {
  const fs::path folder = TRY(make_report_folder(context));
  StageCommand command = TRY(this->command(preset_.command, folder, context));
  LastWords words(context.emit);
  const auto log = make_line_output(context.redactor, words);
  ReportOutput output(*log);
  command.output = log.get();
  if (preset_.writes == ToolPreset::Writes::output && !preset_.reports.empty()) {
    TRY(output.open(folder / preset_.reports.front().file));
    command.output = &output;
  }
  auto outcome = run_tool(command, context, words);
  if (outcome && output.failure()) return tl::unexpected(*output.failure());
  return outcome;
}

/// Where it stands the folder is left as it is: some tools know by it which tests failed.
Result<Outcome> ToolStage::rerun(const std::vector<std::string>& tests,
                                 StageContext& context) const {
  constexpr std::size_t longest = std::size_t{100} << 10U;  // Linux takes 128 KiB as one argument
  const std::string names = pattern_of(tests);
  if (names.size() > longest)
    return fail(Fault::step, "the names of the failed tests are longer than 100 KiB",
                "so many tests are not flaky");
  StageCommand command = TRY(this->command(preset_.rerun, report_folder(context), context));
  constexpr std::string_view placeholder = "{tests}";
  for (auto& word : command.argv)
    if (const auto at = word.find(placeholder); at != std::string::npos)
      word.replace(at, placeholder.size(), names);
  LastWords words(context.emit);
  const auto log = make_line_output(context.redactor, words);
  command.output = log.get();
  return run_tool(command, context, words);
}

Outcome ToolStage::run(StageContext& context) const {
  auto outcome = run_all(context);
  return outcome ? std::move(*outcome) : outcome_of(outcome.error());
}

std::vector<std::string> ToolStage::preview(const expr::Scope& scope) const {
  std::vector<std::string> words;
  for (const auto word : preset_.command)
    words.push_back(filled_in(word, fs::path(reports_folder) / "…"));
  if (args_.empty()) words.insert(words.end(), preset_.args.begin(), preset_.args.end());
  for (const auto& arg : args_) words.push_back(shown(arg, scope));
  return {join(words, " ")};
}

Measures ToolStage::measures() const {
  Measures measures;
  for (const auto& report : preset_.reports) {
    const bool in_tree = report.file.starts_with("./");
    std::string path = in_tree ? std::string(report.file.substr(2))
                               : fmt::format("{}/{{stage}}/{}", reports_folder, report.file);
    measures.reports.push_back(
        {std::string(report.format), {expr::Template::literal(std::move(path))}, {}});
  }
  if (!preset_.rerun.empty()) measures.rerun = Measures::Rerun::known;
  for (const auto& [metric, bound] : preset_.gate)
    measures.gates.push_back(
        {std::string(metric), expr::Template::literal(std::string(bound)), {}});
  return measures;
}

std::vector<Requirement> ToolStage::programs() const {
  const std::string program(preset_.command.front());
  if (program.find('/') != std::string::npos) return {};
  return {{program, Presence::required}};
}

}  // namespace pipectl::stages
