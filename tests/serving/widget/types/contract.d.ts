/** What the scripts call the parts of an answer. It lies here, not in the shipped file, which is to stay small. */
interface Citation {
  id: number;
  document: string;
  title: string;
  section: string[];
  page: number | null;
  recognised?: number;
  start: number;
  end: number;
  quote: string;
  highlights?: number[][];
  spans?: Citation[];
}
interface Claim {
  text: string;
  citations: number[];
}
interface Answer {
  id?: string;
  status: string;
  answer: string;
  claims: Claim[];
  citations: Citation[];
  related?: Citation[];
  withheld?: { text: string; reason: string }[];
  notice?: string | null;
  topics?: string[];
  suggestions?: string[];
  not_mentioned?: string[];
}
interface Turn {
  question: string;
  answer?: Answer;
  done?: boolean;
  failure?: { code: string; detail?: string };
  rating?: string;
  node?: any;
}
