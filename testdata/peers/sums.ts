function add(a: number, b: number): number {
  return a + b;
}
const sum: string = add(1, 2);
