/** What the person at the keyboard can mend: one clear sentence, and the command that helps if there is one. */
export class Problem extends Error {
  name = 'Problem';

  constructor(sentence, { help, output } = {}) {
    super(sentence);
    this.help = help;
    this.output = output;
  }
}

/** Runs a script: a `Problem` is told in words, anything else is a fault of ours and shows its stack. */
export async function main(script) {
  try {
    await script();
  } catch (error) {
    report(error);
    process.exitCode = 1;
  }
}

/** Prints an error the way `main` does. */
export function report(error) {
  if (!(error instanceof Problem) && error?.name !== 'MissingBrowser') {
    console.error(error);
    return;
  }
  if (error.output) console.error(`\n${error.output.trimEnd()}`);
  console.error(`\n✗ ${error.message}`);
  if (error.help) console.error(`  Try: ${error.help}`);
}
