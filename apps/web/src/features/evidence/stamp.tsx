/** A moment as it is kept: the same on every paper, whoever prints it. */
export function Stamp({ at }: { at: string }) {
  const text = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
  return (
    <time dateTime={at} title={at} className="num whitespace-nowrap">
      {text}
    </time>
  );
}
