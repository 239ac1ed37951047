/** The last result of `make`, kept until one of its inputs is another. */
export function memo<Inputs extends readonly unknown[], Result>(
  make: (...inputs: Inputs) => Result,
): (...inputs: Inputs) => Result {
  let last: { readonly inputs: Inputs; readonly result: Result } | undefined;
  return (...inputs) => {
    if (last === undefined || inputs.some((input, index) => !Object.is(input, last?.inputs[index]))) {
      last = { inputs, result: make(...inputs) };
    }
    return last.result;
  };
}
